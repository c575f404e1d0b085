declare module 'class-transformer/cjs/storage.js' {
  /** class-transformer's registry of decorators: the only way to ask what a DTO class exposes. */
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js';
}
