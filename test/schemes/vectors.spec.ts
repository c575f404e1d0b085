import { firebase, firebaseHash, keycloakHash, wordpress } from 'nestjs-users/schemes';
import { ALL, FIREBASE_OPTIONS, KEYCLOAK_ARGON2 } from './vectors.js';

const named = ALL.flatMap(({ scheme, source, vectors }) =>
  vectors.map(([password, hash]) => ({ name: scheme.name, source, password, hash, scheme })),
);

test.each(named)('$name verifies $hash of $source', async ({ scheme, password, hash }) => {
  expect(scheme.owns(hash)).toBe(true);
  expect(scheme.fault?.(hash)).toBeUndefined();
  expect(await scheme.verify(password, hash)).toBe(true);
  expect(await scheme.verify(`${password}x`, hash)).toBe(false);
  // PHP's trim(), which WordPress uses, takes NULs for blanks.
  expect(await scheme.verify(`${password}\0`, hash)).toBe(scheme.name === 'wordpress');
  expect(await scheme.verify('', hash)).toBe(password === '');
});

test.each(named)('$name reads $hash of $source only as a whole', ({ scheme, hash }) => {
  const half = hash.slice(0, hash.length / 2);
  // An argon2 hash may have any length, and its row says it nowhere.
  const parts = hash.includes('argon2') ? [] : [half];
  for (const other of [
    hash.slice(1),
    `${hash} `,
    `${hash}
`,
    ` ${hash}`,
    `${hash}$`,
    ...parts,
  ])
    expect([other, scheme.owns(other) && scheme.fault?.(other) === undefined]).toEqual([other, false]);
});

test('each scheme owns its examples, and nobody else’s', () => {
  const schemes = new Map(ALL.map(({ scheme }) => [scheme.name, scheme]));
  for (const { name, examples = [] } of schemes.values()) {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const owners = [...schemes.values()].filter((each) => each.owns(example)).map((each) => each.name);
      // WordPress took phpass over.
      expect(
        owners.filter((owner) => !(name === 'phpass' || name === 'wordpress') || owner === name),
      ).toEqual([name]);
    }
  }
});

test('WordPress ignores blanks around a password, and no other blanks', async () => {
  const [, hash] = ALL.find(({ scheme, vectors }) => scheme.name === 'wordpress' && vectors.length > 1)!
    .vectors[0];
  expect(await wordpress().verify(' \t\n\r\0\vpassword\v ', hash)).toBe(true);
  expect(await wordpress().verify('pass word', hash)).toBe(false);
  expect(await wordpress().verify('\u00a0password', hash)).toBe(false);
});

test('Better Auth compares in NFKC, and passlib, Django and phpass as received', async () => {
  const verifies = (name: string, password: string, given: string) => {
    const found = ALL.filter(({ scheme }) => scheme.name === name)
      .flatMap(({ scheme, vectors }) => vectors.map((vector) => ({ scheme, vector })))
      .find(({ vector }) => vector[0] === password)!;
    return found.scheme.verify(given, found.vector[1]);
  };
  expect(await verifies('betterAuth', 'Ａｄａ ﬁne é', 'Ada fine e\u0301')).toBe(true);
  expect(await verifies('django', 'lètmein', 'le\u0300tmein')).toBe(false);
});

test('a credential of Keycloak with argon2 becomes a PHC string', () => {
  expect(keycloakHash(KEYCLOAK_ARGON2)).toBe(
    '$argon2id$v=19$m=7168,t=5,p=1$LRScGShC7shkdoU5B1UgUQ$xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80',
  );
  const { secretData, credentialData } = KEYCLOAK_ARGON2;
  const objects = { secretData: JSON.parse(secretData), credentialData: JSON.parse(credentialData) };
  expect(keycloakHash(objects)).toBe(keycloakHash(KEYCLOAK_ARGON2));
});

test.each([
  [
    {
      credentialData: '{"algorithm":"bcrypt","hashIterations":10}',
      secretData: '{"value":"c2VjcmV0","salt":""}',
    },
  ],
  [{ credentialData: '{"algorithm":"constructor"}', secretData: '{"value":"c2VjcmV0","salt":""}' }],
  [{ credentialData: 'c2VjcmV0', secretData: '{}' }],
  [{ credentialData: 'null', secretData: 'c2VjcmV0' }],
])('what is no credential of Keycloak is a sentence without it: %j', (credential) => {
  expect(() => keycloakHash(credential)).toThrow(/^keycloakHash\(\) needs (?!.*c2VjcmV0)/);
});

test('a hash of Firebase may be in base64 for URLs', () => {
  const user = { salt: '42xEC-ixf3L2lw==', passwordHash: 'lSrf_15cpx95_sZS' };
  expect(firebaseHash(user)).toBe('$firebase-scrypt$42xEC+ixf3L2lw==$lSrf/15cpx95/sZS');
  expect(() => firebaseHash({ salt: '', passwordHash: '' })).toThrow(/needs passwordHash and salt/);
  expect(() => firebaseHash({} as never)).toThrow(/needs passwordHash and salt/);
});

test.each([
  [{ signerKey: 'not base64!' }, /signerKey must be a text in base64/],
  [{ saltSeparator: 7 }, /saltSeparator must be a text in base64/],
  [{ rounds: 0 }, /rounds must be a whole number from 1 to 64/],
  [{ memoryCost: 18 }, /memoryCost must be a whole number from 1 to 17/],
  [{ memoryCost: 17, rounds: 64 }, /rounds and memoryCost: a hash must need at most 128 MiB/],
  [{ memCost: 14 }, /the option firebase\(\)\.memCost does not exist/],
])('wrong parameters of Firebase are a sentence: %j', (options, sentence) => {
  expect(() => firebase({ ...FIREBASE_OPTIONS, ...(options as object) })).toThrow(sentence);
});
