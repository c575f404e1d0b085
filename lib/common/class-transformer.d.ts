declare module 'class-transformer/cjs/storage.js' {
  /**
   * class-transformer's registry of decorators. It is the only source for the properties that a DTO class
   * exposes.
   */
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js';
}
