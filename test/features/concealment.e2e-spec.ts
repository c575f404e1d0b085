import { randomUUID } from 'node:crypto';
import { Type } from 'class-transformer';
import { IsString, ValidateNested } from 'class-validator';
import { RegisterDto, UuidUser } from 'nestjs-users';
import { Column, type ColumnOptions, Entity, Index } from 'typeorm';
import { startModule, refusal } from '../support/boot.js';
import { type HostileProvider, startHostileProvider } from '../support/hostile-provider.js';
import { type Host, type HostOptions, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';
import { BEARER, clientOf, Visitor, withProviders } from '../support/oauth2.js';

const ANSWERED = ['status', 'text', 'headers'] as const;
/** What a clock writes. */
const VARYING = ['date', 'retry-after', 'x-powered-by'];

const CONCEALED: HostOptions = {
  requireVerification: true,
  registration: { concealExisting: true },
  trustedProxies: 1,
  limits: {},
};

let acme: HostileProvider;

beforeAll(async () => {
  acme = await startHostileProvider();
});
afterAll(() => acme.close());

interface Answer {
  status: number;
  text: string;
  headers: Headers | Record<string, string>;
}

/** Everything of an answer that a client sees, and that is not a clock's. */
function seen(answer: Answer): unknown {
  const headers = answer.headers instanceof Headers ? [...answer.headers] : Object.entries(answer.headers);
  const shown = headers.map(([name, value]) => [name, VARYING.includes(name) ? '' : value]);
  return [...ANSWERED.slice(0, 2).map((part) => answer[part]), shown.map(String).sort()];
}

const withAcme = (): HostOptions => ({
  ...BEARER,
  ...CONCEALED,
  ...withProviders([clientOf('acme', acme)]),
});

/** Who may have the address already, and how: each stands for answers that must be those of a new one. */
const KINDS = ['new', 'verified', 'unverified', 'inactive', 'without password', 'deleted'] as const;

async function prepare(
  { addUser, service }: Host,
  kind: (typeof KINDS)[number],
  email: string,
): Promise<void> {
  if (kind === 'new') return;
  const password = kind === 'without password' ? undefined : 'the owner’s password';
  const { id } = await addUser({
    email,
    isVerified: kind !== 'unverified',
    isActive: kind !== 'inactive',
    password,
  });
  if (kind === 'deleted') await service.deleteUser(id);
}

/** What somebody sees who registers an address and then tries whatever there is. */
async function walk(host: Host, client: string, email: string, eve: string, settles: boolean) {
  const transcript: [string, unknown][] = [];
  const api = host.api.with({ 'x-forwarded-for': client });
  const mine = { email, password: PASSWORD };
  const see = (step: string, answer: unknown) => transcript.push([step, seen(answer as Answer)]);
  const logInByAcme = async (claims: Record<string, unknown>) => {
    acme.claims = claims;
    const visitor = new Visitor(host);
    const headers = { 'x-forwarded-for': client };
    const callback = acme.authorize(await visitor.authorize('/auth/acme/authorize', headers));
    return visitor.back(callback, headers);
  };

  see('register', await api.post('/auth/register', mine));
  if (settles) await host.settled();
  for (let count = 1; count <= 11; count++) see(`login ${count}`, await api.post('/auth/jwt/login', mine));
  const elsewhere = api.with({ 'x-forwarded-for': `${client}9` });
  see('login with another', await elsewhere.post('/auth/jwt/login', { ...mine, password: 'a guess' }));
  see(
    'login as a form',
    await elsewhere.post('/auth/jwt/login').type('form').send({ username: email, password: PASSWORD }),
  );
  see('register again', await api.post('/auth/register', { ...mine, password: 'another password' }));
  const mails = ['/auth/request-verify-token', '/auth/forgot-password'];
  for (const path of [...mails, ...mails, ...mails.slice(1)]) see(path, await api.post(path, { email }));
  see('one mail too many', await api.post('/auth/forgot-password', { email }));
  see('reset', await api.post('/auth/reset-password', { token: 'x', password: PASSWORD }));
  see('verify', await api.post('/auth/verify', { token: 'x' }));
  see('register a third time', await api.post('/auth/register', mine));
  see('new address', await api.as(eve).patch('/users/me', { email, currentPassword: PASSWORD }));
  const sub = randomUUID();
  const unverified = { sub, email, email_verified: false };
  for (const claims of [unverified, { sub, email: undefined }, unverified])
    see('acme', await logInByAcme(claims));
  // Whoever has shown that an address is theirs may learn whether it is known: by now it always is.
  await host.settled();
  see('acme, verified', await logInByAcme({ sub, email, email_verified: true }));
  see('login in the end', await elsewhere.post('/auth/jwt/login', mine));
  return transcript;
}

onEachHost((boot) => {
  test.each([
    ['when everything is stored', true],
    ['while it is still under way', false],
  ])(
    'whoever registers an address learns from no later answer whether it was known, %s',
    async (_, settles) => {
      const host = await boot(withAcme());
      const { token } = await host.login({ email: 'eve@example.com' });
      const walks = new Map<string, unknown[]>();
      for (const [index, kind] of KINDS.entries()) {
        const email = `user${index}@example.com`;
        await prepare(host, kind, email);
        const transcript = await walk(host, `192.0.2.${index + 1}`, email, token, settles);
        walks.set(kind, JSON.parse(JSON.stringify(transcript).replaceAll(email, 'X')) as unknown[]);
      }

      const [fresh, ...known] = walks.values();
      for (const transcript of known) expect(transcript).toEqual(fresh);
      const statuses = fresh.map((step) => (step as [string, [number]])[1][0]);
      expect(statuses).toEqual([
        ...[202, ...Array.from({ length: 10 }, () => 400), 429, 400, 400, 202],
        ...[202, 202, 202, 202, 202, 429],
        ...[400, 400, 202, 200, 400, 400, 400, 400, 400],
      ]);
    },
    60_000,
  );

  test('the right password of an unverified user is a wrong one, and leaves no trace', async () => {
    const { api, addUser, users } = await boot({
      ...CONCEALED,
      passwords: { schemes: ['argon2id', 'bcrypt'], argon2id: { memoryKibibytes: 64, passes: 1 } },
    });
    const user = await addUser({ isVerified: false });
    const outdated = '$2b$04$IoqT9mkl1POTkX61m1STq.99kStYLfvcNfLFN7UAhgZhN8WFRnbya';
    await users.update({ id: user.id }, { passwordHash: outdated });
    await api
      .post('/auth/jwt/login', { email: user.email, password: PASSWORD })
      .expect(400, /LOGIN_BAD_CREDENTIALS/);
    const { passwordHash } = await users
      .createQueryBuilder('user')
      .addSelect('user.passwordHash')
      .getOneOrFail();
    expect(passwordHash).toBe(outdated);
  });
});

class PhoneRegisterDto extends RegisterDto {
  @IsString()
  phone!: string;
}

describe('a column of the host’s own that is unique would tell, so it stops the boot', () => {
  const keys: [string, ClassDecorator | undefined, ColumnOptions][] = [
    ['a column', undefined, { unique: true }],
    ['a key of several', Index(['phone', 'area'], { unique: true }), {}],
    ['a partial index', Index(['phone'], { unique: true, where: "area = 'x'" }), {}],
  ];
  test.each(keys)('%s', async (_, key, column) => {
    @Entity(`reachable_${randomUUID()}`)
    class Reachable extends UuidUser {
      @Column({ type: 'varchar', nullable: true, ...column })
      phone?: string;

      @Column({ type: 'varchar', nullable: true })
      area?: string;
    }
    key?.(Reachable);
    const options = { entities: { user: Reachable }, registration: { concealExisting: true } };
    expect(await refusal({ ...options, dtos: { register: PhoneRegisterDto } })).toMatch(
      /registration\.concealExisting: Reachable\.phone is unique, and PhoneRegisterDto accepts it/,
    );
    await startModule(options);
    await startModule({ ...options, registration: {}, dtos: { register: PhoneRegisterDto } });
  });

  test('a column of an embedded object', async () => {
    class Contact {
      @Column({ type: 'varchar', nullable: true, unique: true })
      phone?: string;
    }
    @Entity('reachable_within')
    class Reachable extends UuidUser {
      @Column(() => Contact)
      contact!: Contact;
    }
    class ContactRegisterDto extends RegisterDto {
      @ValidateNested()
      @Type(() => PhoneRegisterDto)
      contact!: object;
    }
    const options = { entities: { user: Reachable }, registration: { concealExisting: true } };
    expect(await refusal({ ...options, dtos: { register: ContactRegisterDto } })).toMatch(
      /Reachable\.contact\.phone is unique, and ContactRegisterDto accepts it/,
    );
    await startModule(options);
  });
});

onEachAdapter('sqlite', (boot) => {
  test('whoever verifies logs in, and has no wrong password to their name', async () => {
    const { api, outbox, settled } = await boot({
      ...CONCEALED,
      limits: { login: { attempts: 2, windowSeconds: 900 } },
    });
    const ada = { email: 'ada@example.com', password: PASSWORD };
    await api.post('/auth/register', ada).expect(202);
    await settled();
    await api.post('/auth/verify', { token: outbox.last(ada.email).token }).expect(200);
    for (let count = 0; count < 3; count++) await api.post('/auth/jwt/login', ada).expect(200);
  });

  test('requests for mails use up no mail of a registration; one too many of those is left out', async () => {
    const { api, outbox, settled, users, scan } = await boot({
      ...CONCEALED,
      limits: { mails: { attempts: 1, windowSeconds: 900 }, notices: { attempts: 1, windowSeconds: 900 } },
    });
    const email = 'ada@example.com';
    await api.post('/auth/forgot-password', { email }).expect(202);
    for (let count = 0; count < 2; count++) {
      await api.post('/auth/register', { email, password: PASSWORD }).expect(202);
      await settled();
    }
    expect(outbox.mails).toMatchObject([{ kind: 'verification', to: email }]);
    expect(await users.count()).toBe(1);
    expect(scan.logLines.join()).toContain('The limit of mails to this address is reached');
  });
});
