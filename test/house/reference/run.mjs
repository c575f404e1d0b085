import { register } from 'node:module';

// From here on, Node.js reads TypeScript.
register('../trace/loader.mjs', import.meta.url);
await import('./write.ts');
