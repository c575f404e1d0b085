import { register } from 'node:module';

// From here on, Node.js reads TypeScript, and every function of lib tells when it starts.
register('./loader.mjs', import.meta.url);
await import('./trace.ts');
