// A client is generated from the document of the running quickstart, is compiled, and drives the quickstart. The quickstart
// must be compiled: node sample/test.mjs does it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from '../application.mjs';
import { nestjsUsers } from '../command-line.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const client = join(here, 'client');
const folder = mkdtempSync(join(tmpdir(), 'quickstart-client-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const inClient = (...command) =>
  execFileSync('npm', command, { cwd: client, stdio: ['ignore', 'inherit', 'inherit'] });

const DATABASE_FILE = join(folder, 'client.sqlite');
const app = await Application.start(here, { DATABASE_FILE });
await app.find(/listens on/);
writeFileSync(join(client, 'openapi.json'), JSON.stringify(await app.call('GET /docs-json', 200)));

inClient('ci', '--silent', '--no-audit', '--no-fund');
inClient('exec', '--', 'openapi-typescript', 'openapi.json', '--output', 'api.ts');
inClient('exec', '--', 'tsc');
const [email, password] = ['admin@example.com', randomBytes(15).toString('base64url')];
const args = ['create-user', email, '--superuser', '--password-env', 'ADMIN_PASSWORD'];
await nestjsUsers(here, args, { DATABASE_FILE, ADMIN_PASSWORD: password });
inClient('exec', '--', 'node', 'dist/client.js', app.url, email, password);
await app.stop();
