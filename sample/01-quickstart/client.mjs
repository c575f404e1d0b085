// A client is generated from the document of the running quickstart, is compiled, and drives the quickstart. The quickstart
// must be compiled: node sample/test.mjs does it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '../application.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const client = join(here, 'client');
const folder = mkdtempSync(join(tmpdir(), 'quickstart-client-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const inClient = (...command) =>
  execFileSync('npm', command, { cwd: client, stdio: ['ignore', 'inherit', 'inherit'] });

const app = await Application.start(here, { DATABASE_FILE: join(folder, 'client.sqlite') });
const [, superuser] = await app.find(/shown only now:\s+curl \S+ --json '(.+)'/);
await app.find(/listens on/);
writeFileSync(join(client, 'openapi.json'), JSON.stringify(await app.call('GET /docs-json', 200)));

inClient('ci', '--silent', '--no-audit', '--no-fund');
inClient('exec', '--', 'openapi-typescript', 'openapi.json', '--output', 'api.ts');
inClient('exec', '--', 'tsc');
const { email, password } = JSON.parse(superuser);
inClient('exec', '--', 'node', 'dist/client.js', app.url, email, password);
await app.stop();
