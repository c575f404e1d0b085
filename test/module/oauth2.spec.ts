import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import {
  BaseOneTimeToken,
  BaseOAuthAccount,
  ConfigurationError,
  UserReadDto,
  UsersModule,
  UuidOAuthAccount,
  UuidUser,
} from 'nestjs-users';
import { github, google, microsoft, oauth2, oauth2Client, oidc } from 'nestjs-users/oauth2';
import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { startModule, MailingService, refusal } from '../support/boot.js';
import { SECRET } from '../support/host.js';
import { OAuthAccount, OneTimeToken } from '../support/oauth2.js';
import { NumberedUser, User } from '../support/users.js';

const entities = { user: User, oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken };
const publicUrl = 'https://api.example.com/v1';
const known = { clientId: 'an-application', clientSecret: 'a client secret' };
const acme = { name: 'acme', issuer: 'https://id.example.com', ...known };

/** Options as JavaScript takes them, right but for what a test changes. */
const withOAuth2 = (own: object) => ({
  entities,
  oauth2: oauth2({ clients: [google(known)], publicUrl, ...own }),
});

/** One client, right but for what a test changes. */
const withAcme = (own: object) => withOAuth2({ clients: [oidc({ ...acme, ...own })] });

/** A server by its address, without ID tokens, right but for what a test changes. */
const plainAt = (name: string, url: string, own: object = {}) =>
  oauth2Client({
    ...{ name, authorizationUrl: `${url}/authorize`, tokenUrl: `${url}/token`, ...known },
    ...{ profile: () => ({ subject: 1 }), ...own },
  });

test('options that are right boot', async () => {
  const clients = [
    ...[google(known), github(known), microsoft(known), oidc(acme)],
    plainAt('plain', 'https://plain.example.com'),
  ];
  await expect(startModule({ ...withOAuth2({ clients }), passwordReset: {} })).resolves.toBeUndefined();
  await expect(startModule(withOAuth2({ publicUrl: 'http://localhost:3000' }))).resolves.toBeUndefined();
});

class HashReadDto extends UserReadDto {
  @Expose()
  passwordHash!: string;
}

const MISTAKES: [options: object, sentence: RegExp][] = [
  // What is given to the module
  [{ oauth2: {} }, /^nestjs-users: oauth2 must be the result of oauth2\(\) of nestjs-users\/oauth2\.$/],
  [{ oauth2: true }, /oauth2 must be the result of oauth2\(\) of nestjs-users\/oauth2/],
  [{ oauth2 }, /oauth2 must be the result of oauth2\(\) of nestjs-users\/oauth2/],
  [{ ...withOAuth2({}), oauth: {} }, /the option oauth does not exist; the options here are .*\boauth2\b/],
  [
    withOAuth2({ redirectUri: publicUrl }),
    /the option oauth2\.redirectUri does not exist; the options here are path/,
  ],
  [
    { ...withOAuth2({}), secrets: { oauth2: 'short' } },
    /secrets\.oauth2 has fewer than 32 bytes; make one with/,
  ],
  [
    { ...withOAuth2({}), secrets: { oauth2: 'change me '.repeat(5).trim() } },
    /secrets\.oauth2 can be guessed/,
  ],

  // Clients
  [withOAuth2({ clients: undefined }), /oauth2\.clients must hold at least one client, such as google\(\)/],
  [withOAuth2({ clients: [] }), /oauth2\.clients must hold at least one client/],
  [withOAuth2({ clients: google(known) }), /oauth2\.clients must hold at least one client/],
  [
    withOAuth2({ clients: ['google'] }),
    /oauth2\.clients\[0\] must be google\(\), github\(\), microsoft\(\), oidc\(\) or oauth2Client\(\)/,
  ],
  ...[google, github, microsoft, oidc, oauth2Client].map((client): [object, RegExp] => [
    withOAuth2({ clients: [google(known), client] }),
    new RegExp(`oauth2\\.clients\\[1\\]: ${client.name} lacks its parentheses; write ${client.name}\\(`),
  ]),
  [withAcme({ name: 'a/b' }), /oauth2\.clients\[0\]\.name must have only letters, digits and hyphens/],
  [withAcme({ name: undefined }), /oauth2\.clients\[0\]\.name must have only letters/],
  [withAcme({ name: 'a'.repeat(65) }), /oauth2\.clients\[0\]\.name must have only letters.*, at most 64/],
  [
    withOAuth2({ clients: [google(known), google({ ...known, name: 'Google' })] }),
    /oauth2\.clients has the name google twice; names must differ/,
  ],
  [
    withOAuth2({ clients: [google({ clientID: 'x' } as object)] }),
    /the option oauth2\.clients\.google: google\(\)\.clientID does not exist; the options here are clientId/,
  ],
  [
    withOAuth2({ clients: [google({ ...known, trustEmail: true } as object)] }),
    /the option oauth2\.clients\.google: google\(\)\.trustEmail does not exist/,
  ],
  [
    withOAuth2({ clients: [google()] }),
    /oauth2\.clients\.google\.clientId is missing; the provider gives it to you/,
  ],
  [
    withAcme({ clientSecret: '' }),
    /oauth2\.clients\.acme\.clientSecret is missing; the provider gives it to you/,
  ],
  [
    withAcme({ clientSecret: ' x\n' }),
    /oauth2\.clients\.acme\.clientSecret must be a text without blanks at its beginning or end/,
  ],
  [withAcme({ clientId: 5 }), /oauth2\.clients\.acme\.clientId must be a text/],
  [withOAuth2({ clients: [google({ clientId: 'x' })] }), /oauth2\.clients\.google\.clientSecret is missing/],
  [
    withOAuth2({ clients: [microsoft({ ...known, tenant: '' })] }),
    /oauth2\.clients\.microsoft\.tenant must be a tenant's id, common, org/,
  ],
  [withAcme({ scopes: 'openid email' }), /oauth2\.clients\.acme\.scopes must be a list of scopes/],
  [
    withAcme({ scopes: ['openid email'] }),
    /oauth2\.clients\.acme\.scopes must be a list of scopes, each without blanks/,
  ],
  [withAcme({ allowedScopes: [7] }), /oauth2\.clients\.acme\.allowedScopes must be a list of scopes/],
  [withAcme({ trustEmail: 'false' }), /oauth2\.clients\.acme\.trustEmail must be true or false/],
  [
    withAcme({ profile: {} }),
    /oauth2\.clients\.acme\.profile must be a function that returns the profile of the user/,
  ],
  [
    withAcme({ authorizationParameters: { state: 'x' } }),
    /oauth2\.clients\.acme\.authorizationParameters must not set state; only this library sets it/,
  ],
  [
    withAcme({ authorizationParameters: { prompt: 'login', redirect_uri: 'x' } }),
    /authorizationParameters must not set redirect_uri; only this library sets it/,
  ],

  // Servers of the host's choice
  [
    withAcme({ issuer: undefined }),
    /oauth2\.clients\.acme\.issuer is missing; give it the provider's address, such as https/,
  ],
  [
    withAcme({ issuer: 'http://id.example.com' }),
    /oauth2\.clients\.acme\.issuer must use https; for development, .* allowInsecureRequests: true/,
  ],
  [withAcme({ allowInsecureRequests: 'yes' }), /acme\.allowInsecureRequests must be true or false/],
  [
    withOAuth2({ clients: [plainAt('plain', 'https://plain.example.com', { tokenUrl: undefined })] }),
    /oauth2\.clients\.plain\.tokenUrl is missing; give it the provider's address/,
  ],
  [
    withOAuth2({ clients: [plainAt('plain', 'https://plain.example.com', { profile: undefined })] }),
    /oauth2\.clients\.plain\.profile must be a function that returns the profile of the user/,
  ],
  [
    withOAuth2({
      clients: [
        plainAt('one', 'https://one.example.com', { issuer: 'https://example.com' }),
        plainAt('two', 'https://two.example.com', { issuer: 'https://example.com' }),
      ],
    }),
    /oauth2\.clients\.two\.issuer https:\/\/example\.com is also that of one, which .*; give each server its own issuer/,
  ],

  [
    withOAuth2({ clients: [github({ ...known, serverUrl: 'ghe.example.com' })] }),
    /oauth2\.clients\.github\.serverUrl must be a URL with a scheme, such as https/,
  ],
  [
    withOAuth2({ clients: [github({ ...known, serverUrl: 'http://ghe.example.com' })] }),
    /oauth2\.clients\.github\.serverUrl must use https\.$/,
  ],
  [withAcme({ issuer: 'id.example.com' }), /oauth2\.clients\.acme\.issuer must be a URL with a scheme/],
  [withAcme({ issuer: 'https://id.example.com?x' }), /clients\.acme\.issuer must be a URL without a query/],
  [
    withAcme({ authorizationParameters: { prompt: undefined } }),
    /authorizationParameters must be an object whose values are texts/,
  ],
  [
    withAcme({ authorizationParameters: { client_secret: 'x' } }),
    /must not set client_secret; only this library sets it/,
  ],

  // Where browsers are
  [withOAuth2({ publicUrl: 'api.example.com' }), /oauth2\.publicUrl must be a URL with a scheme/],
  [
    withOAuth2({ publicUrl: `${publicUrl}/auth/google/callback` }),
    /publicUrl must be only the base URL of the application, such as .*; the library adds the paths of its routes/,
  ],
  [
    withOAuth2({ allowedRedirectOrigins: ['http://app.example.com'] }),
    /allowedRedirectOrigins must list origins .* https except/,
  ],
  [withOAuth2({ path: 'auth/:tenant' }), /oauth2\.path must be a plain path/],
  [
    withOAuth2({ callbackPath: 'authorize' }),
    /oauth2: two routes have the path GET \/auth\/google\/authorize; path, .* must differ/,
  ],
  [withOAuth2({ newUser: {} }), /oauth2\.newUser must be a function that returns fields of a new user/],
  [withOAuth2({ publicUrl: undefined }), /oauth2\.publicUrl is missing; give it the URL by which/],
  [withOAuth2({ publicUrl: '' }), /oauth2\.publicUrl is missing; give it the URL by which/],
  [
    withOAuth2({ publicUrl: 'http://api.example.com' }),
    /oauth2\.publicUrl must use https, except on localhost, such as https/,
  ],
  [withOAuth2({ publicUrl: 'http://localhost.example.com' }), /oauth2\.publicUrl must use https/],
  [
    withOAuth2({ publicUrl: `${publicUrl}?a=b` }),
    /oauth2\.publicUrl must be only the base URL of the application, such as https/,
  ],
  [withOAuth2({ publicUrl: `${publicUrl}#a` }), /publicUrl must be only the base URL of the application/],
  [
    withOAuth2({ publicUrl: 'https://ada@api.example.com' }),
    /publicUrl must be only the base URL of the application/,
  ],
  [
    withOAuth2({ allowedRedirectOrigins: ['https://app.example.com', 'https://app.example.com/welcome'] }),
    /oauth2\.allowedRedirectOrigins must list origins as browsers write them, with https except on localhost, such as https/,
  ],
  [
    withOAuth2({ allowedRedirectOrigins: ['https://app.example.com/'] }),
    /allowedRedirectOrigins must list origins/,
  ],
  [
    withOAuth2({ allowedRedirectOrigins: ['https://*.example.com'] }),
    /allowedRedirectOrigins must list origins/,
  ],
  [withOAuth2({ allowedRedirectOrigins: ['*'] }), /oauth2\.allowedRedirectOrigins must list origins/],
  [
    withOAuth2({ allowedRedirectOrigins: 'https://app.example.com' }),
    /allowedRedirectOrigins must list origins/,
  ],

  // The login
  [withOAuth2({ backend: 'web' }), /oauth2\.backend names web; the backends are jwt/],
  [withOAuth2({ associateByEmail: 'false' }), /oauth2\.associateByEmail must be true or false/],
  [withOAuth2({ storeTokens: 1 }), /oauth2\.storeTokens must be true or false/],
  [withOAuth2({ allowRegistration: 'no' }), /oauth2\.allowRegistration must be true or false/],
  [withOAuth2({ returnUser: 'no' }), /oauth2\.returnUser must be true or false/],
  [withOAuth2({ freshLoginSeconds: 0 }), /oauth2\.freshLoginSeconds must be a whole number/],
  [
    withOAuth2({ providerTimeoutSeconds: 60 }),
    /oauth2\.providerTimeoutSeconds must be a whole number from 1 to 9/,
  ],
  [
    withOAuth2({ loadOptions: { relations: { orders: true } } }),
    /oauth2\.loadOptions names the relation orders, which User does not have/,
  ],
  [
    withOAuth2({ readDto: HashReadDto }),
    /oauth2\.readDto: HashReadDto exposes passwordHash, which must never be shown; remove its @Expose\(\)/,
  ],

  [
    { ...withOAuth2({ clients: [microsoft(known)] }), requireVerification: true },
    /oauth2\.clients\.microsoft does not verify addresses, .*; add auth: \{\} and passwordReset: \{\}, or set/,
  ],

  // Entities
  [
    { ...withOAuth2({}), entities: { user: User, oneTimeToken: OneTimeToken } },
    /oauth2 needs entities\.oauthAccount, your entity that extends UuidOAuthAccount or IntOAuthAccount/,
  ],
  [
    { ...withOAuth2({}), entities: { user: User, oauthAccount: OAuthAccount } },
    /oauth2 needs entities\.oneTimeToken, your entity that extends BaseOneTimeToken/,
  ],
  [
    { ...withOAuth2({}), entities: { ...entities, oauthAccount: 'OAuthAccount' } },
    /entities\.oauthAccount must be the class of your entity, which extends UuidOAuthAccount/,
  ],
  [
    { ...withOAuth2({}), entities: { ...entities, oauthAccount: OneTimeToken } },
    /entities\.oauthAccount: OneTimeToken has no column provider; extend UuidOAuthAccount or IntOAuthAccount/,
  ],
  [
    { ...withOAuth2({}), entities: { ...entities, oneTimeToken: OAuthAccount } },
    /entities\.oneTimeToken: OAuthAccount must extend BaseOneTimeToken/,
  ],
];

describe('a host’s mistake stops the boot with a sentence that names option and mend', () => {
  for (const [options, expected] of MISTAKES) {
    test(`it says ${expected.source}`, async () => {
      const sentence = await refusal(options);
      expect(sentence).toMatch(expected);
      expect(sentence.match(/[.!?](\s|$)/g)).toHaveLength(1);
    });
  }
});

describe('an entity of accounts that would not do stops the boot', () => {
  const refusalOf = (oauthAccount: Type, others: Type[] = []) =>
    refusal({ ...withOAuth2({}), entities: { ...entities, oauthAccount } }, others);

  abstract class OwnAccount extends BaseOAuthAccount {
    @PrimaryGeneratedColumn('uuid')
    id!: string;
  }

  test('without a user, or with one of another kind', async () => {
    @Entity('nobodys_account')
    class Nobodys extends OwnAccount {
      user!: User;
    }
    @Entity('indexed_account')
    class Indexed extends UuidOAuthAccount {
      user!: User;
    }
    @Entity('numbered_account')
    class Numbered extends UuidOAuthAccount {
      @ManyToOne(() => NumberedUser, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<NumberedUser>;
    }
    @Entity('single_account')
    class Single extends UuidOAuthAccount {
      @OneToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      @JoinColumn()
      user!: Relation<User>;
    }
    for (const [entity, others] of [[Nobodys], [Indexed], [Numbered, [NumberedUser]], [Single]] as [
      Type,
      Type[]?,
    ][]) {
      expect(await refusalOf(entity, others)).toMatch(
        /entities\.oauthAccount: \w+ has no relation user to User; declare @ManyToOne\(\(\) => User, \{ onDelete: 'CASCADE', nullable: false \}\) user\.$/,
      );
    }
  });

  test('that would keep its user from being deleted, or outlive them', async () => {
    @Entity('kept_account')
    class Kept extends UuidOAuthAccount {
      @ManyToOne(() => User, { nullable: false })
      user!: Relation<User>;
    }
    @Entity('left_account')
    class Left extends UuidOAuthAccount {
      @ManyToOne(() => User, { onDelete: 'CASCADE' })
      user!: Relation<User>;
    }
    for (const entity of [Kept, Left]) {
      expect(await refusalOf(entity)).toMatch(
        /entities\.oauthAccount: \w+\.user would prevent the deletion of users or leave rows without a user; declare @ManyToOne\(\(\) => User, \{ onDelete: 'CASCADE', nullable: false \}\) user\.$/,
      );
    }
  });

  test('by which two users could have one account', async () => {
    @Entity('shared_account')
    class Shared {
      @PrimaryGeneratedColumn('uuid')
      id!: string;

      @Column({ type: 'varchar' })
      provider!: string;

      @Column({ type: 'varchar', select: false })
      accountKey?: string;

      @Column({ type: 'varchar' })
      accountId!: string;

      @Column({ type: 'varchar', nullable: true })
      accountEmail!: string | null;

      @Column({ type: 'text', nullable: true, select: false })
      accessToken?: string | null;

      @Column({ type: 'text', nullable: true, select: false })
      refreshToken?: string | null;

      @Column({ type: 'bigint', nullable: true })
      tokenExpiresAt?: Date | null;

      @Column({ type: 'datetime' })
      createdAt!: Date;

      @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<User>;
    }
    expect(await refusalOf(Shared)).toMatch(
      /entities\.oauthAccount: Shared\.accountKey needs a unique index; without one, two users could have the same account\.$/,
    );
  });

  test('whose id is no plain one', async () => {
    @Entity('named_account')
    class Named extends BaseOAuthAccount {
      @PrimaryColumn({ type: 'varchar' })
      id!: string;

      @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<User>;
    }
    expect(await refusalOf(Named)).toMatch(
      /entities\.oauthAccount: the primary key of Named must be one column id, a UUID or an integer\.$/,
    );
  });

  test('whose secrets every query would select', async () => {
    const account = (table: string) => {
      @Entity(table)
      class Open extends UuidOAuthAccount {
        @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
        user!: Relation<User>;
      }
      return Open;
    };
    const opened = {
      accountKey: { type: 'varchar', length: 64, unique: true },
      accessToken: { type: 'text', nullable: true },
      refreshToken: { type: 'text', nullable: true },
    } as const;
    for (const [property, column] of Object.entries(opened)) {
      const entity = account(`open_${property}`);
      Column(column)(entity.prototype, property);
      expect(await refusalOf(entity)).toBe(
        `nestjs-users: entities.oauthAccount: the column ${property} of Open must have select: false.`,
      );
    }
  });
});

test('a column that no new user would fill stops the boot', async () => {
  @Entity('nicknamed')
  class Nicknamed extends UuidUser {
    @Column({ type: 'varchar' })
    nickname!: string;
  }
  @Entity('nicknamed_account')
  class NicknamedAccount extends UuidOAuthAccount {
    @ManyToOne(() => Nicknamed, { onDelete: 'CASCADE', nullable: false })
    user!: Relation<Nicknamed>;
  }
  const own = { user: Nicknamed, oauthAccount: NicknamedAccount, oneTimeToken: OneTimeToken };
  const optionsWith = (option: object) => ({ ...withOAuth2(option), entities: own, registration: undefined });

  expect(await refusal(optionsWith({}))).toMatch(/oauth2\.newUser is missing: Nicknamed needs nickname; /);
  await expect(startModule(optionsWith({ newUser: () => ({ nickname: 'Ada' }) }))).resolves.toBeUndefined();
  await expect(startModule(optionsWith({ allowRegistration: false }))).resolves.toBeUndefined();
});

test('an entity of tokens by whose key one token could be used twice stops the boot', async () => {
  @Entity('keyed_token')
  class Keyed {
    @PrimaryGeneratedColumn()
    key!: number;

    @Column({ type: 'varchar' })
    id!: string;

    @Column({ type: 'bigint' })
    expiresAt!: Date;

    @Column({ type: 'text', nullable: true })
    content!: string | null;
  }
  @Entity('doubly_keyed_token')
  class DoublyKeyed extends BaseOneTimeToken {
    @PrimaryColumn({ type: 'varchar' })
    tenant!: string;
  }
  for (const oneTimeToken of [Keyed, DoublyKeyed] as Type[]) {
    const options = { ...withOAuth2({}), entities: { ...entities, oneTimeToken } };
    expect(await refusal(options)).toMatch(
      /must extend BaseOneTimeToken, whose only primary key is the column id\.$/,
    );
  }
});

test('an entity of tokens without their columns stops the boot', async () => {
  @Entity('bare_token')
  class Bare {
    @PrimaryColumn({ type: 'varchar' })
    id!: string;
  }
  const options = { ...withOAuth2({}), entities: { ...entities, oneTimeToken: Bare } };
  expect(await refusal(options)).toMatch(
    /entities\.oneTimeToken: Bare must extend BaseOneTimeToken, whose only primary key is the column id\.$/,
  );
});

describe('forRootAsync', () => {
  const compile = (given: object, plan: object = {}) => {
    @Module({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: ':memory:',
          entities: Object.values(entities),
          synchronize: true,
        }),
        UsersModule.forRootAsync({
          entities,
          service: MailingService,
          auth: {},
          passwordReset: {},
          verification: {},
          oauth2: oauth2({ clients: [google(), oidc({ name: 'acme' })] }),
          ...plan,
          useFactory: async () => ({ secret: SECRET, oauth2: given }),
        }),
      ],
    })
    class HostModule {}
    return Test.createTestingModule({ imports: [HostModule] }).compile();
  };

  const { name: _, ...ofAcme } = acme;
  const right = { publicUrl, clients: { google: known, acme: ofAcme } };

  test('addresses and secrets come from a factory, per client', async () => {
    const app = (await compile(right)).createNestApplication();
    await expect(app.init()).resolves.toBe(app);
    await app.close();
  });

  test.each<[object, RegExp]>([
    [{ ...right, publicUrl: undefined }, /oauth2\.publicUrl is missing/],
    [{ ...right, clients: { acme: ofAcme } }, /oauth2\.clients\.google\.clientId is missing/],
    [
      { ...right, clients: { ...right.clients, gogle: known } },
      /the option oauth2\.clients\.gogle does not exist; the options here are google, acme\.$/,
    ],
    [
      { ...right, clients: { ...right.clients, google: { ...known, issuer: 'https://id.example.com' } } },
      /the option oauth2\.clients\.google\.issuer does not exist; the options here are clientId/,
    ],
    [
      { ...right, clients: { ...right.clients, acme } },
      /the option oauth2\.clients\.acme\.name does not exist; the options here are clientId/,
    ],
    [
      { ...right, clients: [google(known)] },
      /the option oauth2\.clients\.0 does not exist; the options here are google/,
    ],
    [{ ...right, backend: 'jwt' }, /the option oauth2\.backend must be known before a factory runs/],
    [{ ...right, storeTokens: 'yes' }, /oauth2\.storeTokens must be true or false/],
    [{ ...right, providerTimeoutSeconds: 60 }, /providerTimeoutSeconds must be a whole number from 1 to 9/],
    [{ ...right, allowedRedirectOrigins: ['*'] }, /oauth2\.allowedRedirectOrigins must list origins/],
  ])('%#: what a factory may not say stops the boot', async (given, sentence) => {
    const fault = await compile(given).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigurationError);
    expect((fault as Error).message).toMatch(sentence);
  });

  test('a factory says nothing of OAuth2 where there is none', async () => {
    await expect(compile(right, { oauth2: undefined })).rejects.toThrow(
      /settings of oauth2, which is not registered; write oauth2: oauth2\(\{ … \}\) beside useFactory/,
    );
  });
});
