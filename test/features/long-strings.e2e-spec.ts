import { jest } from '@jest/globals';
import { request as send } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'class-transformer';
import { IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { bearer, cookie, database, jwt, RegisterDto, RolesService } from 'nestjs-users';
import { DtoInput } from '../../lib/common/validation/dto-input.js';
import { type Host, onEachAdapter, PASSWORD } from '../support/host.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import { type Route, routesOf } from '../support/routes.js';
import { Member, MemberSession, Role } from '../support/users.js';
import { retrySlowMoments } from '../support/time.js';

retrySlowMoments();

/** Below what body parsers take, as JSON. */
const LARGE_BODY = 90_000;
/** Below what Node takes of a request's head. */
const LARGE_HEAD = 14_000;
const LONGEST_ANSWER = 3000;
/** Of the processor: what others do on the machine doesn't count. */
const LONGEST_WORK_MS = 100;

const UNITS = {
  'combining marks': '\u0301\u0323',
  letters: 'a',
  surrogates: '\ud800',
  quotes: '"',
  pairs: '\u{1d400}',
};
const inJson = (unit: string) =>
  unit.repeat(LARGE_BODY / Buffer.byteLength(JSON.stringify(unit).slice(1, -1)));
const inUrl = (unit: string) => {
  const encoded = encodeURIComponent(unit.toWellFormed());
  return encoded.repeat(LARGE_HEAD / encoded.length);
};

/** What a route accepts, if nothing of it is too long. */
const VALID: Record<string, unknown> = {
  ...{ email: 'new@example.com', password: PASSWORD, currentPassword: PASSWORD, token: 'x', name: 'a role' },
  ...{ description: 'x', userId: '1', roleId: '1', code: 'x', code_verifier: 'x', isActive: true },
};

const ADA = { email: 'ada@example.com', password: PASSWORD };

class Tag {
  @IsString()
  label!: string;
}

/** A host's DTO with a text of its own, a list, and a message that quotes what was sent. */
class TalkativeDto extends RegisterDto {
  @IsOptional()
  @IsString()
  biography?: string;

  @ValidateNested({ each: true })
  @Type(() => Tag)
  tags!: Tag[];

  @MaxLength(3, { message: '$value is too long' })
  quoted!: string;
}

interface Answer {
  status: number;
  length: number;
  workMs: number;
}

/**
 * Measures how long the event loop works, in milliseconds. The smaller one of two measurements: other processes make
 * the loop seem busy, and threads that collect garbage add to the processor's time.
 */
function startWork(): () => number {
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return Math.min((user + system) / 1000, performance.eventLoopUtilization(loop).active);
  };
}

interface Sent {
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

function ask({ api }: Host, method: string, { path, headers = {}, body }: Sent): Promise<Answer> {
  const workMs = startWork();
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    const request = send(
      {
        hostname,
        port,
        method: method.toUpperCase(),
        path: `${api.wire.base}${path}`,
        headers,
        agent: false,
      },
      (answer) => {
        let length = JSON.stringify(answer.headers).length;
        answer.on('data', (chunk: Buffer) => (length += chunk.length));
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, length, workMs: workMs() });
        });
      },
    );
    request.on('error', reject);
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });
}

/** Once more where it took long: the first time, code is compiled and garbage collected. */
async function faultOf(host: Host, { method, path: route }: Route, what: string, sent: Sent, least = 400) {
  let answer = await ask(host, method, sent);
  // A collection of garbage falls into some measurements; work on the text falls into all.
  for (let again = 0; again < 8 && answer.workMs > LONGEST_WORK_MS; again++) {
    await delay(200);
    answer = await ask(host, method, sent);
  }
  const { status, length, workMs } = answer;
  const isRight =
    status >= least &&
    status < 500 &&
    length < LONGEST_ANSWER + sent.path.length &&
    workMs <= LONGEST_WORK_MS;
  return isRight ? [] : [`${method} ${route}, ${what}: ${status}, ${length} bytes, ${workMs} ms`];
}

onEachAdapter('sqlite', { takesLong: true }, (boot) => {
  const everything = () =>
    boot({
      ...withProviders([nowhere('acme')]),
      oauthAccount: MemberOAuthAccount,
      user: Member,
      session: MemberSession,
      role: Role,
      currentUser: { deletion: true },
      roleManagement: {},
      trustedProxies: 1,
      backends: [
        { name: 'jwt', transport: bearer(), strategy: jwt() },
        { name: 'web', transport: cookie(), strategy: database() },
      ],
    });

  async function asRoot() {
    const host = await everything();
    const { token } = await host.login({ isSuperuser: true });
    return { host, routes: routesOf(host.app), headers: { authorization: `Bearer ${token}` } };
  }

  /** The fields that each route reads, of its body or its query, seen as it reads them. */
  async function fieldsOf(
    host: Host,
    { method, path }: Route,
    headers: Record<string, string>,
  ): Promise<string[]> {
    const read = jest.spyOn(DtoInput.prototype, 'read');
    try {
      const json = { ...headers, 'content-type': 'application/json' };
      await ask(host, method, { path: path.replace(/:\w+/g, '1'), headers: json, body: '{"limit":"x"}' });
      const inputs = read.mock.contexts as unknown as { fields: { sent: string }[] }[];
      return inputs.flatMap(({ fields }) => fields.map(({ sent }) => sent));
    } finally {
      read.mockRestore();
    }
  }

  test('every string of every body is refused before any work', async () => {
    const { host, routes, headers } = await asRoot();
    const faults: string[] = [];
    let walked = 0;
    // A logout, or a deletion, would be the end of it.
    const reading = routes.filter(({ method, path }) => method !== 'get' && !path.includes('logout'));
    for (const [index, route] of reading.entries()) {
      const { id } = await host.addUser({ email: `user${index}@example.com` });
      const target = { ...route, path: route.path.replace(/^\/users\/:id/, `/users/${id}`) };
      const fields = await fieldsOf(host, target, headers);
      for (const field of fields) {
        for (const [kind, unit] of Object.entries(UNITS)) {
          const valid = fields.map((name) => [name, VALID[name]]);
          const body = JSON.stringify({ ...Object.fromEntries(valid), [field]: inJson(unit) });
          const json = { ...headers, 'content-type': 'application/json' };
          const sent = { path: target.path.replace(/:\w+/g, '1'), headers: json, body };
          faults.push(...(await faultOf(host, route, `${field} of ${kind}`, sent)));
          walked++;
        }
      }
    }
    expect(faults).toEqual([]);
    expect(walked).toBeGreaterThan(150);
  }, 120_000);

  test('every parameter of every path, known and unknown ones of every query', async () => {
    const { host, routes, headers } = await asRoot();
    const faults: string[] = [];
    for (const route of routes) {
      const path = route.path.replace(/:\w+/g, '1');
      for (const [kind, unit] of Object.entries(UNITS)) {
        const long = inUrl(unit);
        if (route.path.includes(':')) {
          const sent = { path: route.path.replace(/:\w+/, long).replace(/:\w+/g, '1'), headers };
          faults.push(...(await faultOf(host, route, `a path of ${kind}`, sent)));
        }
        if (route.method !== 'get') continue;
        for (const name of await fieldsOf(host, route, headers)) {
          const sent = { path: `${path}?${name}=${long}`, headers };
          faults.push(...(await faultOf(host, route, `${name} of ${kind}`, sent)));
        }
        const sent = { path: `${path}?${long}=1`, headers };
        faults.push(...(await faultOf(host, route, `a name of ${kind}`, sent, 200)));
      }
      const many = Array.from({ length: 1500 }, (_, index) => `p${index}=1`).join('&');
      const sent = { path: `${path}?${many}`, headers };
      faults.push(...(await faultOf(host, route, 'many parameters', sent, 200)));
    }
    expect(faults).toEqual([]);
  }, 120_000);

  const repeated = (unit: string) => unit.repeat(LARGE_HEAD / unit.length);
  const HEADERS: Record<string, string[]> = {
    authorization: ['a', ' ', '=', 'Bearer ', '.', 'a='].map((unit) => `Bearer ${repeated(unit)}!`),
    cookie: ['a', ';', '=', '; a=b', '%', '__Host-web=a;', '"'].map(
      (unit) => `__Host-session=${repeated(unit)}`,
    ),
    'x-forwarded-for': ['1', '1.', '.', ':', 'f:', 'f', ',', ' ', '::', '[', '%', '1,'].map(
      (unit) => `${repeated(unit)}g`,
    ),
    'user-agent': ['a', '(', '\u00ff'].map(repeated),
    origin: ['a', 'a.', 'xn--', '%', '@', ':', '[', '\u00fc'].map((unit) => `https://${repeated(unit)}`),
    referer: ['a', 'xn--', '%', '@', ':', '/', '?'].map((unit) => `https://${repeated(unit)}`),
    'content-type': ['a', ' ', ';', '; charset', '; charset=utf-8', '+', 'a+', '; '].map(
      (unit) => `application/json${repeated(unit)}!`,
    ),
    accept: ['text/html', ' ', ',', 'text/html,', '; '].map((unit) => `${repeated(unit)}!`),
  };

  test.each(Object.entries(HEADERS))(
    '%s at every route',
    async (name, values) => {
      const { host, routes, headers } = await asRoot();
      const web = await host.api.loggedIn('ada@example.com', PASSWORD, 'web');
      // By the cookie, whose origin is checked, where the header is not the credential itself.
      const own = name === 'origin' || name === 'referer' ? web.headers : name === 'cookie' ? {} : headers;
      const faults: string[] = [];
      const staying = routes.filter(({ path }) => !path.includes('logout'));
      for (const [turn, route] of staying.entries()) {
        // Each value at a third of the routes, and at each route a third of the values.
        for (const value of values.filter((_, index) => (index + turn) % 3 === 0)) {
          const path = route.path.replace(/:\w+/g, '1');
          const isRead = route.method === 'get' && !['authorization', 'cookie'].includes(name);
          const sent = {
            path,
            headers: { 'content-type': 'application/json', ...own, [name]: value },
            body: '{}',
          };
          faults.push(
            ...(await faultOf(host, route, `${name} ${value.slice(0, 20)}`, sent, isRead ? 200 : 0)),
          );
        }
      }
      expect(faults).toEqual([]);
    },
    120_000,
  );

  const MARKS = UNITS['combining marks'].repeat(100_000);
  const workOf = async (work: () => unknown): Promise<number> => {
    const workMs = startWork();
    await work();
    return workMs();
  };

  test('services are as quick, whoever calls them with what', async () => {
    const { app, service } = await everything();
    const roles = app.get(RolesService);
    const calls: Record<string, () => Promise<unknown>> = {
      search: () => service.listUsers({ search: MARKS }),
      role: () => service.listUsers({ role: MARKS }),
      cursor: () => service.listUsers({ cursor: MARKS }).catch((error: unknown) => error),
      getRoleByName: () => roles.getRoleByName(MARKS).catch((error: unknown) => error),
      addRole: () => roles.addRole({ name: MARKS }).catch((error: unknown) => error),
      authenticate: () =>
        service.authenticate({ email: MARKS, password: MARKS }).catch((error: unknown) => error),
      addUser: () =>
        service.addUser({ email: 'x@example.com', password: MARKS }).catch((error: unknown) => error),
      resetPassword: () => service.resetPassword(MARKS, MARKS).catch((error: unknown) => error),
      verify: () => service.verify(MARKS).catch((error: unknown) => error),
    };
    for (const [name, call] of Object.entries(calls)) {
      await workOf(call);
      const work = Math.min(await workOf(call), await workOf(call));
      expect([name, work < LONGEST_WORK_MS]).toEqual([name, true]);
    }
    expect((await service.listUsers({ search: 'a'.repeat(5000) })).items).toEqual([]);
  });

  test('a normalizeIdentifier of the host’s gets no text that is longer than an identifier', async () => {
    const lengths: number[] = [];
    const normalizeIdentifier = (text: string) => {
      lengths.push(text.length);
      return text.trim().toLowerCase();
    };
    const { api } = await boot({ normalizeIdentifier });
    for (const length of [1024, 1025, 5000]) {
      await api.post('/auth/jwt/login', { email: 'a'.repeat(length), password: PASSWORD }).expect(400);
    }
    expect(lengths).toEqual([1024]);
  });

  test('what is wrong with a body is told in a few kilobytes, however much it is', async () => {
    const { api } = await boot({ dtos: { register: TalkativeDto } });
    const wrong = { tags: Array.from({ length: 400 }, () => ({ label: 1 })), quoted: 'x'.repeat(20_000) };
    const { text, body } = await api.post('/auth/register', { ...ADA, ...wrong }).expect(422);
    expect(text.length).toBeLessThan(8000);
    expect((body as { detail: unknown[] }).detail).toHaveLength(32);
  });

  test('a field of the host’s own may be as long as the host likes', async () => {
    const { api } = await boot({ dtos: { register: TalkativeDto } });
    await api
      .post('/auth/register', { ...ADA, biography: 'x'.repeat(20_000), tags: [], quoted: 'x' })
      .expect(201);
    const { body } = await api.post('/auth/register', { ...ADA, password: 'x'.repeat(20_000) }).expect(422);
    const fault = { loc: ['body', 'password'], msg: 'password is too long.', type: 'maxLength' };
    expect((body as { detail: unknown[] }).detail).toEqual([fault]);
  });
});
