import type { INestApplication } from '@nestjs/common';
import { appendFileSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { descriptionOf } from '../../lib/common/route-description.js';
import { routesOf } from './routes.js';

const FOLDER = join(import.meta.dirname, '../../.tmp/seen-answers');

/** The name of a route without the names of a backend or a provider, which differ from host to host. */
export const routeName = (id: string): string =>
  id
    .replace(/^auth_.+_(login|logout|logout_all)$/, 'auth_{}_$1')
    .replace(/^oauth2_.+?_((?:associate_)?(?:authorize|callback)|token)$/, 'oauth2_{}_$1');

/** A route's answer: its name, a status, and a code, if the answer has one. */
export const answerName = (id: string, status: number, code?: string): string =>
  `${routeName(id)} ${status}${code === undefined ? '' : ` ${code}`}`;

/**
 * Notes which answers of which routes the tests see, of all suites of a run. A reporter compares them with what the
 * routes say of themselves.
 */
export class SeenAnswers {
  private readonly routes: { method: string; pattern: RegExp; id: string }[];
  private readonly noted = new Set<string>();

  constructor(app: INestApplication) {
    const parameters = (path: string) => path.split(':').length;
    this.routes = routesOf(app)
      .toSorted((one, other) => parameters(one.path) - parameters(other.path))
      .flatMap(({ method, path, handler }) => {
        const { id } = descriptionOf(handler) ?? {};
        const pattern = new RegExp(`${path.replace(/:\w+/g, '[^/]+')}/?$`, 'i');
        return id === undefined ? [] : [{ method, pattern, id }];
      });
  }

  /** Notes every answer of a server, whichever client asks. */
  watch(server: Server): void {
    server.prependListener(
      'request',
      ({ method = '', url = '' }: IncomingMessage, response: ServerResponse) => {
        const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
        response.end = (...given: unknown[]) => {
          this.note(method, url, response.statusCode, bodyIn(given[0]));
          return end(...given);
        };
      },
    );
  }

  private note(method: string, url: string, status: number, body: string): void {
    const [pathname = ''] = url.split('?', 1);
    const route = this.routes.find(
      (each) => each.method === method.toLowerCase() && each.pattern.test(pathname),
    );
    if (!route) return;
    const [, code] = CODE.exec(body) ?? [];
    // A code of Fastify is none of the library's.
    const name = answerName(route.id, status, code?.startsWith('FST_') ? undefined : code);
    if (this.noted.has(name)) return;
    this.noted.add(name);
    mkdirSync(FOLDER, { recursive: true });
    appendFileSync(join(FOLDER, `${process.env['JEST_WORKER_ID'] ?? '1'}.txt`), `${name}\n`);
  }
}

/** In `detail`, or in `detail.code`; a harsh host may put it deeper. */
const CODE = /"(?:detail|code)":"([A-Z][A-Z0-9_]+)"/;

const bodyIn = (chunk: unknown): string =>
  typeof chunk === 'string' ? chunk : Buffer.isBuffer(chunk) ? chunk.toString() : '';
