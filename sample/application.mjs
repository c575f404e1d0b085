import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** A compiled sample that runs in a child process, on a free port. The child never outlives this process. */
export class Application {
  #child;
  #unread = '';
  output = '';

  static async start(path, env) {
    return new Application(path, { ...process.env, NO_COLOR: '1', PORT: await freePort(), ...env });
  }

  constructor(path, env) {
    this.url = `http://localhost:${env.PORT}`;
    this.#child = spawn(process.execPath, ['dist/main.js'], {
      cwd: path,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.output += text;
      this.#unread += text;
    });
    const kill = () => this.#child.kill('SIGKILL');
    process.on('exit', kill);
    this.#child.once('exit', () => process.off('exit', kill));
  }

  /** Waits until the application prints this, and reads on behind it the next time. */
  async find(pattern) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const match = pattern.exec(this.#unread);
      if (match) {
        this.#unread = this.#unread.slice(match.index + match[0].length);
        return match;
      }
      assert.equal(this.#child.exitCode, null, `It ended early, after printing:\n${this.output}`);
      assert(Date.now() < deadline, `It did not print ${pattern}, but:\n${this.output}`);
      await delay(20);
    }
  }

  /** The body of the answer to, for example, `GET /users/me`, which must have this status. */
  async call(route, status, { body, token } = {}) {
    const [method, path] = route.split(' ');
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    assert.equal(response.status, status, `${route} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Ends it as a process manager does; it must end by itself, without an error. */
  async stop() {
    const ended = once(this.#child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
    this.#child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  }
}

// Without these, a signal would end this process before the child is told.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return String(port);
}
