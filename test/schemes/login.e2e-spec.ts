import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { PasswordScheme } from 'nestjs-users';
import { devise, django, keycloakHash, passlib, phpass } from 'nestjs-users/schemes';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';
import { ALL, KEYCLOAK_ARGON2, PEPPER } from './vectors.js';

const CHEAP = { argon2id: { memoryKibibytes: 64, passes: 1 }, bcrypt: { rounds: 4 } };
const EMAIL = 'ada@example.com';

const withSchemes = (...schemes: PasswordScheme[]) => ({
  passwords: { ...CHEAP, schemes: ['argon2id' as const, ...schemes] },
});

/** A scheme of a host: not fit for passwords, but cheap. */
const plain = (own: Partial<PasswordScheme> = {}): PasswordScheme => ({
  name: 'old-shop',
  owns: (hash) => hash.startsWith('shop:'),
  verify: async (password, hash) => hash === shopHash(password),
  ...own,
});
const shopHash = (password: string) => `shop:${createHash('sha256').update(password).digest('hex')}`;

const login = ({ api }: Host, password: string, email = EMAIL) =>
  api.post('/auth/jwt/login', { email, password });

async function hashOf({ repository, users }: Host): Promise<string> {
  const [user] = await users.find();
  return (await repository.findPasswordHash(user.id)) ?? '';
}

/** As a dump of another system, which nobody has checked, or an intruder has it in the table. */
async function plant(host: Host, passwordHash: string): Promise<void> {
  const user = await host.addUser();
  await host.users.update({ id: user.id }, { passwordHash });
}

onEachHost({ takesLong: true }, (boot) => {
  test('a user of each system logs in with the old password, and has a hash of this one from then on', async () => {
    for (const { scheme, vectors } of ALL) {
      const host = await boot(withSchemes(scheme));
      // The log of every boot has the word password.
      const [password, passwordHash] = vectors.findLast(([each]) => !'password'.includes(each)) ?? [];
      if (password === undefined || passwordHash === undefined) continue;
      const email = `${scheme.name}.${createHash('md5').update(passwordHash).digest('hex')}@example.com`;
      const { id } = await host.service.addUser({ email, passwordHash });
      await login(host, `${password}x`, email).expect(400, /LOGIN_BAD_CREDENTIALS/);
      expect(await host.repository.findPasswordHash(id)).toBe(passwordHash);
      await login(host, password, email).expect(200);
      expect(await host.repository.findPasswordHash(id)).toMatch(/^\$argon2id\$/);
      await login(host, password, email).expect(200);
      await login(host, `${password}x`, email).expect(400);
    }
  });

  test('a user of Keycloak with argon2 needs no scheme but argon2id', async () => {
    const host = await boot({ passwords: CHEAP });
    await host.service.addUser({ email: EMAIL, passwordHash: keycloakHash(KEYCLOAK_ARGON2) });
    await login(host, 'secret').expect(200);
  });

  test('a host’s own scheme verifies, and what it hashes is upgraded', async () => {
    const host = await boot(withSchemes(plain()));
    await host.service.addUser({ email: EMAIL, passwordHash: shopHash(PASSWORD) });
    await login(host, 'wrong password').expect(400);
    await login(host, PASSWORD).expect(200);
    expect(await hashOf(host)).toMatch(/^\$argon2id\$/);
  });

  test('a host’s own scheme hashes where it stands first, and its outdated hashes are replaced', async () => {
    const version = (password: string, number: number) => `shop:${number}:${shopHash(password)}`;
    const scheme = plain({
      verify: async (password, hash) => hash.slice(7) === shopHash(password),
      hash: async (password) => version(password, 2),
      isCurrent: (hash) => hash.startsWith('shop:2:'),
    });
    const host = await boot({ passwords: { ...CHEAP, schemes: [scheme, 'argon2id'] } });
    await host.api.post('/auth/register', { email: EMAIL, password: PASSWORD }).expect(201);
    expect(await hashOf(host)).toBe(version(PASSWORD, 2));
    await host.users.update({ email: EMAIL }, { passwordHash: version(PASSWORD, 1) });
    await login(host, PASSWORD).expect(200);
    expect(await hashOf(host)).toBe(version(PASSWORD, 2));
  });

  test('of two schemes that own a hash, the first judges it', async () => {
    const first = plain({ name: 'first', verify: async () => false });
    const host = await boot(withSchemes(first, plain()));
    await plant(host, shopHash(PASSWORD));
    await login(host, PASSWORD).expect(400, /LOGIN_BAD_CREDENTIALS/);
  });

  test.each([
    [
      'throws at once',
      () => {
        throw new Error(`${PASSWORD} is right`);
      },
    ],
    ['rejects', () => Promise.reject(new Error(`shop: hash of ${PASSWORD}`))],
    [
      'throws no error',
      () => {
        // oxlint-disable-next-line only-throw-error -- a host may
        throw PASSWORD;
      },
    ],
    ['gives something truthy', async () => 1],
    ['gives a text', async () => 'true'],
    ['gives an object', async () => ({ ok: true })],
    ['gives nothing', async () => undefined],
  ])('a scheme whose verify() %s lets nobody in, and its log line says no secret', async (_, verify) => {
    const host = await boot(withSchemes(plain({ verify: verify as never })));
    await plant(host, shopHash(PASSWORD));
    host.scan.plant(PASSWORD);
    await login(host, PASSWORD).expect(400, /LOGIN_BAD_CREDENTIALS/);
    expect(
      host.scan.logLines.filter((line) => line.includes('verify() of the scheme old-shop')),
    ).toHaveLength(1);
    host.scan.assertNothingLeaked();
  });

  test.each(['owns', 'fault', 'refusal', 'isCurrent'] as const)(
    'a scheme whose %s() throws answers as a wrong password, and changes nothing',
    async (method) => {
      const throwing = () => {
        throw new Error(PASSWORD);
      };
      const host = await boot(withSchemes(plain({ [method]: throwing })));
      await plant(host, shopHash(PASSWORD));
      host.scan.plant(PASSWORD);
      const status = method === 'isCurrent' ? 200 : method === 'refusal' ? 200 : 400;
      await login(host, PASSWORD).expect(status);
      await login(host, 'wrong password').expect(400);
      host.scan.assertNothingLeaked();
    },
  );

  test('a scheme that blocks is named once', async () => {
    const verify = async (password: string, hash: string) => {
      const end = performance.now() + 150;
      while (performance.now() < end);
      return hash === shopHash(password);
    };
    const host = await boot({ ...withSchemes(plain({ verify })), fresh: true });
    await plant(host, shopHash(PASSWORD));
    await login(host, 'wrong password').expect(400);
    await login(host, PASSWORD).expect(200);
    expect(host.scan.logLines.filter((line) => line.includes('old-shop blocks the event loop'))).toHaveLength(
      1,
    );
  });

  test.each([
    ['scrypt$1073741824$salt$8$1$' + 'A'.repeat(86) + '==', /scrypt N that is a power of 2/],
    ['scrypt$131072$salt$64$1$' + 'A'.repeat(86) + '==', /at most 128 MiB for scrypt/],
    ['scrypt$131072$salt$8$99$' + 'A'.repeat(86) + '==', /N times r times p/],
    ['pbkdf2_sha256$999999999$salt$' + 'A'.repeat(43) + '=', /rounds of PBKDF2/],
    ['bcrypt_sha256$$2y$31$' + '.'.repeat(53), /bcrypt cost from 4 to 15/],
    ['$2y$31$' + '.'.repeat(53), /bcrypt cost from 4 to 15/],
    ['$2y$00$' + '.'.repeat(53), /bcrypt cost from 4 to 15/],
    [
      '$argon2id$v=19$m=4194304,t=2,p=1$' + 'A'.repeat(22) + '$' + 'A'.repeat(43),
      /memory of at most 1048576 KiB/,
    ],
    ['$argon2id$v=19$m=64,t=500,p=1$' + 'A'.repeat(22) + '$' + 'A'.repeat(43), /passes of argon2/],
    ['$argon2id$v=19$m=65536,t=2,p=255$' + 'A'.repeat(22) + '$' + 'A'.repeat(43), /lanes of argon2/],
    ['$argon2id$v=19$m=8,t=2,p=4$' + 'A'.repeat(22) + '$' + 'A'.repeat(43), /at least 8 KiB a lane/],
    ['argon2$argon2i$v=19$m=99999999,t=2,p=1$' + 'A'.repeat(22) + '$' + 'A'.repeat(43), /1048576 KiB/],
    ['$P$U' + '.'.repeat(30), /at most 65536 rounds of MD5/],
    ['$scrypt$ln=30,r=8,p=1$c2FsdA$' + 'A'.repeat(43), /scrypt N that is a power of 2/],
    ['shop:' + 'x'.repeat(250), undefined],
  ])(
    'a row whose costs are too high is no usable hash, with one log line without it: %s',
    async (hash, fault) => {
      const host = await boot({
        passwords: {
          ...CHEAP,
          schemes: [
            'argon2id',
            'bcrypt',
            django(),
            passlib(),
            phpass(),
            plain({ verify: async () => false }),
          ],
        },
      });
      await plant(host, hash);
      host.scan.plant(hash);
      const begun = performance.now();
      await login(host, PASSWORD).expect(400, /LOGIN_BAD_CREDENTIALS/);
      expect(performance.now() - begun).toBeLessThan(1000);
      const told = host.scan.logLines.filter((line) => line.includes('A stored password hash was not used'));
      expect(told).toHaveLength(fault ? 1 : 0);
      expect(host.service.passwordHashFault(hash)).toEqual(fault && expect.stringMatching(fault));
      if (fault) {
        expect(told[0]).toMatch(fault);
        await expect(host.service.addUser({ email: 'bob@example.com', passwordHash: hash })).rejects.toThrow(
          fault,
        );
      }
      host.scan.assertNothingLeaked();
    },
  );

  test('no text is a hash because it is long', async () => {
    const host = await boot(withSchemes(plain()));
    expect(host.service.passwordHashFault(`shop:${'x'.repeat(508)}`)).toMatch(/at most 512 characters/);
    expect(host.service.passwordHashFault('')).toMatch(
      /one of passwords\.schemes, which are argon2id and old-shop\.$/,
    );
    expect(host.service.passwordHashFault(shopHash(PASSWORD))).toBeUndefined();
  });

  test.each([
    '$P$',
    '$P$9',
    '$wp$2y$10$',
    '$bcrypt-sha256$',
    'pbkdf2_sha256$1$$',
    'scrypt$0$s$0$0$AAAA',
    '$scrypt$ln=99,r=1,p=1$$AA',
    '!unusable',
    'AQAAAAEAACcQ////////////////////',
    '\0',
    '$'.repeat(255),
  ])('a malformed row is no usable hash: %j', async (hash) => {
    const schemes = ALL.map(({ scheme }) => scheme).filter(
      ({ name }, index, all) => name !== 'wordpress' && all.findIndex((each) => each.name === name) === index,
    );
    const host = await boot(withSchemes(...schemes));
    const user = await host.addUser();
    // PostgreSQL stores no NUL.
    if (hash !== '\0') await host.users.update({ id: user.id }, { passwordHash: hash });
    await login(host, hash === '\0' ? `${PASSWORD}\0` : PASSWORD).expect(400, /LOGIN_BAD_CREDENTIALS/);
  });

  test('a password changed meanwhile stays changed', async () => {
    let host: Host | undefined;
    const verify = async (password: string, hash: string) => {
      await host?.service.updateUser((await host.users.findOneByOrFail({ email: EMAIL })).id, {
        password: 'changed meanwhile',
      });
      return hash === shopHash(password);
    };
    host = await boot(withSchemes(plain({ verify })));
    await plant(host, shopHash(PASSWORD));
    await login(host, PASSWORD);
    await login(host, PASSWORD).expect(400);
    await login(host, 'changed meanwhile').expect(200);
  });

  test('ten first logins at once succeed, and leave one hash', async () => {
    const verify = async (password: string, hash: string) => {
      await delay(20);
      return hash === shopHash(password);
    };
    const host = await boot(withSchemes(plain({ verify })));
    await plant(host, shopHash(PASSWORD));
    const answers = await Promise.all(Array.from({ length: 10 }, () => login(host, PASSWORD)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await hashOf(host)).toMatch(/^\$argon2id\$/);
    await login(host, PASSWORD).expect(200);
  });

  describe('a hash of Devise with a pepper, of a password of more than 72 bytes', () => {
    const [, hash] = ALL.find(({ scheme }) => scheme.name === 'devise')!.vectors[1];
    const long = `${'p'.repeat(72)}tail`;

    test('is refused, because bcrypt read only the first of them', async () => {
      const host = await boot(withSchemes(devise({ pepper: PEPPER })));
      await plant(host, hash);
      await login(host, long).expect(400);
      await login(host, 'p'.repeat(72)).expect(200);
    });

    test('counts once where the host accepts it, and from then on the whole password', async () => {
      const host = await boot(withSchemes(devise({ pepper: PEPPER, acceptTruncated: true })));
      await plant(host, hash);
      await login(host, long).expect(200);
      await login(host, `${long}x`).expect(400);
      await login(host, long).expect(200);
    });
  });

  test('a NUL byte is a part of the password', async () => {
    const host = await boot(withSchemes(django(), phpass()));
    for (const [hash, password] of [
      ['pbkdf2_sha1$10000$wz5B6WkasRoF$atJmJ1o+XfJxKq1+Nu1f1i57Z5I=', 'not a password'],
      ['$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0', 'test12345'],
    ]) {
      const email = `${password.replaceAll(' ', '')}@example.com`;
      await host.service.addUser({ email, passwordHash: hash });
      await login(host, `${password}\0`, email).expect(400);
      await login(host, `${password}\0x`, email).expect(400);
      await login(host, password, email).expect(200);
    }
  });
});
