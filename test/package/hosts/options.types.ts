import { type CanActivate, Injectable } from '@nestjs/common';
import {
  type AuthenticatedOptions,
  type AuthOptions,
  Authenticated,
  BaseOneTimeToken,
  bearer,
  cookie,
  type CookieOptions,
  type CurrentUserOptions,
  database,
  type DatabaseOptions,
  type DtoOptions,
  ForgotPasswordDto,
  jwt,
  type JwtOptions,
  redis as redisStrategy,
  type RedisStrategyOptions,
  type LimitsOptions,
  LoginDto,
  type PasswordOptions,
  type PasswordResetOptions,
  AdminCreateDto,
  AdminUpdateDto,
  RegisterDto,
  type RegistrationOptions,
  RequestVerifyDto,
  ResetPasswordDto,
  RoleAssignmentDto,
  RoleCreateDto,
  type RoleManagementOptions,
  RoleReadDto,
  RolesAccepted,
  type RolesGuardOptions,
  RoleUpdateDto,
  Superuser,
  type UserManagementOptions,
  UserReadDto,
  UsersModule,
  type UsersModuleAsyncOptions,
  type UsersModuleOptions,
  type UsersModuleSettings,
  UsersService,
  UserUpdateDto,
  UuidOAuthAccount,
  UuidRole,
  UuidSession,
  UuidUser,
  type VerificationOptions,
  VerifyDto,
} from 'nestjs-users';
import { mailer, type MailerOptions } from 'nestjs-users/mail';
import {
  github,
  google,
  microsoft,
  oauth2,
  type OAuth2Options,
  oauth2Client,
  type OAuth2SettingsOptions,
  oidc,
} from 'nestjs-users/oauth2';
import { Column, Entity, JoinTable, ManyToMany, ManyToOne, type Relation } from 'typeorm';

@Entity()
class Role extends UuidRole {}

@Entity()
class User extends UuidUser {
  @Column({ name: 'user_name', unique: true })
  userName!: string;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  override isActive!: boolean;

  @Column({ name: 'hash', type: 'varchar', nullable: true, select: false })
  override passwordHash?: string | null;

  @ManyToMany(() => Role)
  @JoinTable()
  roles!: Relation<Role[]>;
}

@Entity()
class Session extends UuidSession {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}

@Entity()
class OAuthAccount extends UuidOAuthAccount {
  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  user!: Relation<User>;
}

@Entity()
class OneTimeToken extends BaseOneTimeToken {}

@Injectable()
class AppUsersService extends UsersService<User> {}

class OwnUpdateDto extends UserUpdateDto {
  override password?: string;
}

@Injectable()
class Throttler implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const client = {};
const feature = { tags: ['users'], guards: [Throttler, Authenticated()], decorators: [] };
const loadOptions = { relations: { roles: true }, relationLoadStrategy: 'join' } as const;
const asks: Required<AuthenticatedOptions> = { optional: false, verified: true, backends: ['web'] };
const lets: Required<RolesGuardOptions> = { superuser: false };
export const guards = [Authenticated(asks), RolesAccepted('analyst', lets)];

const web: Required<CookieOptions> = {
  name: 'session',
  maxAgeSeconds: 60,
  path: '/',
  domain: 'example.com',
  secure: true,
  sameSite: 'lax',
  httpOnly: true,
  allowedOrigins: ['https://app.example.com'],
  requireOrigin: true,
};
const tokens: Required<JwtOptions> = { lifetimeSeconds: 60, issuer: 'https://api.example.com' };
const rows: Required<DatabaseOptions> = { lifetimeSeconds: 600, idleSeconds: 120 };
const keys: Required<RedisStrategyOptions> = { client, lifetimeSeconds: 60, prefix: 'sessions:' };

const dtos: Required<DtoOptions> = {
  login: LoginDto,
  register: RegisterDto,
  read: UserReadDto,
  update: OwnUpdateDto,
  adminCreate: AdminCreateDto,
  adminUpdate: AdminUpdateDto,
  forgotPassword: ForgotPasswordDto,
  requestVerify: RequestVerifyDto,
  verify: VerifyDto,
  resetPassword: ResetPasswordDto,
  roleCreate: RoleCreateDto,
  roleRead: RoleReadDto,
  roleUpdate: RoleUpdateDto,
  roleAssignment: RoleAssignmentDto,
};

const auth: Required<AuthOptions<User>> = {
  ...feature,
  path: 'auth',
  loginPath: 'login',
  logoutPath: 'logout',
  logoutAllPath: 'logout-all',
  loadOptions,
  returnUser: true,
  readDto: UserReadDto,
};
const registration: Required<RegistrationOptions> = { ...feature, path: 'register', concealExisting: false };
const verification: Required<VerificationOptions> = {
  ...feature,
  path: 'auth',
  requestPath: 'request',
  verifyPath: 'verify',
  tokenLifetimeSeconds: 60,
};
const passwordReset: Required<PasswordResetOptions> = {
  ...feature,
  path: 'auth',
  forgotPath: 'forgot',
  resetPath: 'reset',
  tokenLifetimeSeconds: 60,
};
const currentUser: Required<CurrentUserOptions<User>> = {
  ...feature,
  path: 'me',
  loadOptions,
  readDto: UserReadDto,
  updateDto: OwnUpdateDto,
  freshLoginSeconds: 60,
  deletion: true,
  emailChange: 'confirmed',
  strictVerification: true,
};
const administration = { ...feature, authorizedBy: [Superuser(), new Throttler()] };
const roleManagement: Required<RoleManagementOptions<Role>> = {
  ...administration,
  path: 'roles',
  assignPath: 'assign',
  revokePath: 'revoke',
  grant: 'own',
  loadOptions: { relations: {} },
  createDto: RoleCreateDto,
  readDto: RoleReadDto,
  updateDto: RoleUpdateDto,
};
const userManagement: Required<UserManagementOptions<User>> = {
  ...administration,
  path: 'users',
  loadOptions,
  readDto: UserReadDto,
  updateDto: AdminUpdateDto,
  freshLoginSeconds: false,
  invitationLifetimeSeconds: 60,
};

const application = { clientId: 'an-application', clientSecret: 'a client secret' };
const providers: Required<OAuth2Options<User>> = {
  ...feature,
  clients: [
    google({ ...application, allowedScopes: ['a'], authorizationParameters: { prompt: 'select_account' } }),
    github({ ...application, serverUrl: 'https://git.example.com' }),
    microsoft({ ...application, tenant: 'organizations', scopes: ['openid'] }),
    oidc({ name: 'acme', issuer: 'https://id.example.com', trustEmail: true, ...application }),
    oauth2Client({
      name: 'plain',
      authorizationUrl: 'https://plain.example.com/authorize',
      tokenUrl: 'https://plain.example.com/token',
      profile: ({ claims }) => ({ subject: String(claims['id']) }),
      ...application,
    }),
  ],
  publicUrl: 'https://api.example.com',
  allowedRedirectOrigins: ['https://app.example.com'],
  backend: 'web',
  associateByEmail: true,
  storeTokens: true,
  allowRegistration: true,
  newUser: ({ claims }) => ({ userName: String(claims['name']) }),
  freshLoginSeconds: 60,
  providerTimeoutSeconds: 8,
  path: 'auth',
  authorizePath: 'authorize',
  callbackPath: 'callback',
  tokenPath: 'token',
  associatePath: 'associate',
  accountsPath: 'accounts',
  loadOptions,
  returnUser: true,
  readDto: UserReadDto,
};

const passwords: Required<PasswordOptions> = {
  schemes: ['argon2id', 'bcrypt'],
  minLength: 8,
  maxLength: 128,
  argon2id: { memoryKibibytes: 64, passes: 1, lanes: 1 },
  bcrypt: { rounds: 12 },
  concurrency: 1,
  queue: 1,
  legacyLoginSeconds: 3,
};
const limit = { attempts: 1, windowSeconds: 60 };
const limits: Required<LimitsOptions> = {
  redis: client,
  prefix: 'limits:',
  login: limit,
  accountLogins: limit,
  clientLogins: limit,
  registrations: limit,
  mails: limit,
  notices: false,
  mailRequests: limit,
  passwordResets: limit,
};

const mails: Required<MailerOptions<User>> = {
  transport: { host: 'smtp.example.com', port: 587, auth: { user: 'shop', pass: 'secret' }, pool: true },
  from: { name: 'Shop', address: 'shop@example.com' },
  publicUrl: 'https://app.example.com',
  links: {
    verification: '/mail?verify=',
    emailChange: '/mail?verify=',
    passwordReset: '/mail?reset=',
    invitation: '/mail?reset=',
    login: '/login',
  },
  appName: 'Shop',
  support: 'help@example.com',
  locale: (user) => user.userName,
  templates: {
    fr: {
      passwordReset: ({ user, app, validity }) => ({
        subject: `Votre mot de passe ${app}`,
        before: [`Bonjour ${user.userName},`],
        button: 'Choisir un mot de passe',
        after: [validity],
      }),
      linkHint: 'Copiez cette adresse :',
      footer: ({ app }) => app,
    },
  },
  layout: ({ lang, body }) => `<html lang="${lang}"><body>${body}</body></html>`,
};
export const transports: MailerOptions['transport'][] = [
  'smtps://smtp.example.com',
  { sendMail: (message) => message.to.address },
];

/** Every option, each of its type: one that is new is missing here, and does not compile. */
const options: Required<UsersModuleOptions<User, Role>> = {
  entities: {
    user: User,
    session: Session,
    role: Role,
    oauthAccount: OAuthAccount,
    oneTimeToken: OneTimeToken,
  },
  dataSource: 'accounts',
  service: AppUsersService,
  imports: [],
  providers: [],
  dtos,
  identifier: 'userName',
  backends: [
    { name: 'web', transport: cookie(web), strategy: database(rows) },
    { name: 'jwt', transport: bearer(), strategy: jwt(tokens) },
    { name: 'kiosk', transport: bearer(), strategy: redisStrategy(keys) },
  ],
  isGlobal: true,
  protectAll: true,
  auth,
  registration,
  verification,
  passwordReset,
  oauth2: oauth2(providers),
  currentUser,
  roleManagement,
  userManagement,
  secret: ['a', 'b'],
  secrets: { verification: 'a', resetPassword: 'a', access: 'a', oauth2: 'a' },
  passwords,
  requireVerification: true,
  normalizeIdentifier: (text) => text.trim(),
  mailer: mailer(mails),
  limits,
  trustedProxies: 1,
  headersOf: (host) => ({
    authorization: host.switchToRpc().getData<{ authorization: string }>().authorization,
  }),
  databaseTimeoutSeconds: 2,
};

const fromFactory: Required<OAuth2SettingsOptions> = {
  publicUrl: 'https://api.example.com',
  allowedRedirectOrigins: [],
  associateByEmail: false,
  storeTokens: false,
  allowRegistration: true,
  freshLoginSeconds: false,
  providerTimeoutSeconds: 8,
  clients: { google: application },
};
const {
  secret,
  secrets,
  requireVerification,
  normalizeIdentifier,
  trustedProxies,
  headersOf,
  mailer: sender,
  databaseTimeoutSeconds,
  ...plan
} = options;
const settings: Required<UsersModuleSettings> = {
  ...{ secret, secrets, requireVerification, normalizeIdentifier, trustedProxies, databaseTimeoutSeconds },
  ...{ passwords, limits, headersOf, mailer: sender },
  backends: { web: { ...web, ...rows } },
  verification: { tokenLifetimeSeconds: 60 },
  passwordReset: { tokenLifetimeSeconds: 60 },
  oauth2: fromFactory,
  currentUser: { freshLoginSeconds: 60, emailChange: 'immediate' },
  userManagement: { freshLoginSeconds: 60, invitationLifetimeSeconds: 60 },
};
const later: UsersModuleAsyncOptions<User, Role> = {
  ...plan,
  inject: [],
  useFactory: async () => settings,
};

export const modules = [UsersModule.forRoot(options), UsersModule.forRootAsync(later)];
