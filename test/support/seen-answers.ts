import type { INestApplication } from '@nestjs/common';
import { appendFileSync, mkdirSync } from 'node:fs';
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

  note(method: string, url: string, status: number, body: unknown): void {
    const { pathname } = new URL(url);
    const route = this.routes.find(
      (each) => each.method === method.toLowerCase() && each.pattern.test(pathname),
    );
    if (!route) return;
    const name = answerName(route.id, status, codeOf(body));
    if (this.noted.has(name)) return;
    this.noted.add(name);
    mkdirSync(FOLDER, { recursive: true });
    appendFileSync(join(FOLDER, `${process.env['JEST_WORKER_ID'] ?? '1'}.txt`), `${name}\n`);
  }
}

function codeOf(body: unknown): string | undefined {
  const { detail } = Object(body) as { detail?: unknown };
  const code = typeof detail === 'string' ? detail : (Object(detail) as { code?: unknown }).code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}
