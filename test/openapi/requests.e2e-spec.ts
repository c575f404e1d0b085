import * as fc from 'fast-check';
import { RolesService } from 'nestjs-users';
import { type Host, onEachAdapter, PASSWORD } from '../support/host.js';
import { Role } from '../support/users.js';
import { AnswerCheck } from './answer-check.js';
import { type DocumentedRequest, DocumentedRequests, type KnownValues } from './documented-requests.js';
import { documentOf, type Operation, operationsOf, WHOLE_HOST } from './whole-host.js';

/** `OPENAPI_REQUESTS=50000` sends more of them, on each host. */
const REQUESTS = Number(process.env['OPENAPI_REQUESTS'] ?? 500);
const SEED = Number(process.env['OPENAPI_SEED'] ?? 20_261_127);

type Actor = 'anonymous' | 'ada' | 'root' | 'web';

/** The users who send the requests, made again where a request has ended them. */
class Actors {
  private headers: Record<Actor, Record<string, string>> = { anonymous: {}, ada: {}, root: {}, web: {} };
  known: KnownValues = {};

  constructor(private readonly host: Host) {}

  headersOf(actor: Actor): Record<string, string> {
    return this.headers[actor];
  }

  async renew(): Promise<void> {
    const { api, app, users, service, sessions } = this.host;
    // In this order: a superuser may have promoted ada and then lost the address of root.
    for (const [name, isSuperuser] of [
      ['root', true],
      ['ada', false],
    ] as const) {
      const email = `${name}@example.com`;
      const user =
        (await users.findOneBy({ email })) ?? (await service.addUser({ email, password: PASSWORD }));
      await service.updateUser(user.id, {
        password: PASSWORD,
        isSuperuser,
        isVerified: true,
        isActive: true,
      });
      const backend = await api.loggedIn(email, PASSWORD, 'jwt');
      this.headers[name] = { ...backend.headers };
    }
    const web = await api.loggedIn('ada@example.com', PASSWORD, 'web');
    this.headers.web = { ...web.headers, 'sec-fetch-site': 'same-origin' };
    const roles = app.get(RolesService);
    const [found] = await this.host.rows(Role).find({ take: 1 });
    const role = found ?? (await roles.addRole({ name: 'analyst' }));
    const everybody = await users.find({ take: 5 });
    const open = (await sessions?.find({ take: 5 })) ?? [];
    const ids = [...everybody, ...open, role].map(({ id }) => id);
    this.known = {
      email: everybody.map(({ email }) => email),
      username: everybody.map(({ email }) => email),
      ...{ password: [PASSWORD], currentPassword: [PASSWORD] },
      ...{ id: ids, sessionId: ids, userId: ids, roleId: [role.id], uuid: ids },
      ...{ name: ['analyst'], search: ['a'], role: ['analyst'] },
    };
  }
}

async function send(host: Host, { method, path, query, form, body }: DocumentedRequest, headers: object) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat())
      search.append(name, typeof each === 'string' ? each : JSON.stringify(each));
  }
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const answer = await fetch(`${host.api.url}${path}${search.size > 0 ? `?${search.toString()}` : ''}`, {
    method: method.toUpperCase(),
    headers: { ...headers, ...(body !== undefined && { 'content-type': type }) },
    redirect: 'manual',
    ...(body !== undefined && {
      body: form
        ? new URLSearchParams(Object.entries(Object(body) as Record<string, string>)).toString()
        : JSON.stringify(body),
    }),
  });
  return { status: answer.status, text: await answer.text() };
}

onEachAdapter(
  'sqlite',
  { takesLong: true, plainOnly: 'its interceptor wraps bodies, which the document does not know' },
  (boot) => {
    test(`${REQUESTS} requests of the document get what the document says`, async () => {
      const host = await boot({ ...WHOLE_HOST, fresh: true });
      const document = documentOf(host);
      const check = new AnswerCheck(document);
      const operations = operationsOf(document);
      const actors = new Actors(host);
      await actors.renew();
      const requests = new DocumentedRequests(document, () => actors.known);
      const statuses = new Map<number, number>();
      const faults = new Set<string>();
      const actor = fc.constantFrom<Actor>('anonymous', 'ada', 'root', 'root', 'web');
      const chosen = fc.constantFrom(...operations);
      for (let count = 0; count < REQUESTS; count++) {
        if (count % 25 === 0) await actors.renew();
        const [operation, who]: [Operation, Actor] = sample(fc.tuple(chosen, actor), count);
        const request = sample(requests.of(operation), count);
        const { status, text } = await send(host, request, actors.headersOf(who));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (request.isElsewhere) expect([status, status < 500]).toEqual([status, true]);
        else
          for (const fault of check.faultsOf(operation, status, text))
            faults.add(`${who}: ${fault}\n${JSON.stringify(request).slice(0, 400)}`);
      }
      expect([...faults].slice(0, 10)).toEqual([]);
      expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
      const successes = [200, 201, 202, 204].reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0);
      expect(successes / REQUESTS).toBeGreaterThan(0.1);
      if (REQUESTS > 500)
        console.log(Object.fromEntries([...statuses].toSorted(([one], [other]) => one - other)));
    }, 3_600_000);
  },
);

const sample = <T>(arbitrary: fc.Arbitrary<T>, turn: number): T =>
  fc.sample(arbitrary, { numRuns: 1, seed: SEED + turn })[0];
