import type { DynamicModule } from '@nestjs/common';
import { cookie, database, UsersModule } from 'nestjs-users';
import { github, google, oauth2, type OAuthClientDefinition, oidc } from 'nestjs-users/oauth2';
import type { Configuration } from '../configuration.js';
import { MailModule } from '../mail/mail.module.js';
import type { LocalProvider } from '../provider/local-provider.js';
import { OAuthAccount } from './oauth-account.entity.js';
import { OneTimeToken } from './one-time-token.entity.js';
import { Session } from './session.entity.js';
import { User } from './user.entity.js';
import { AppUserReadDto } from './users.dto.js';
import { AppUsersService } from './users.service.js';

const DAYS = 86_400;

export function usersModule(configuration: Configuration, provider: LocalProvider): DynamicModule {
  // Where browsers reach the application: the providers are told, and its own pages may be come back to.
  const origin = `http://localhost:${configuration.port}`;
  return UsersModule.forRoot({
    secret: configuration.secret,
    entities: { user: User, session: Session, oauthAccount: OAuthAccount, oneTimeToken: OneTimeToken },
    service: AppUsersService,
    imports: [MailModule.for(origin)],
    dtos: { read: AppUserReadDto },
    backends: [{ name: 'web', transport: cookie(), strategy: database({ lifetimeSeconds: 14 * DAYS }) }],
    auth: {},
    registration: {},
    verification: {},
    passwordReset: {},
    oauth2: oauth2<User>({
      publicUrl: origin,
      allowedRedirectOrigins: [origin],
      clients: clientsOf(configuration, provider),
      // Somebody wrote this into a form elsewhere: whatever it is, it must fit the column.
      newUser: ({ claims: { name } }) => ({ fullName: typeof name === 'string' ? name.slice(0, 100) : null }),
    }),
    currentUser: {},
  });
}

/** The provider beside this application, and those that the environment names. */
export function clientsOf(
  { google: ofGoogle, github: ofGithub }: Configuration,
  { name, issuer, clientId, clientSecret }: LocalProvider,
): OAuthClientDefinition[] {
  return [
    oidc({
      ...{ name, issuer, clientId, clientSecret },
      // It is ours, so what it says of an address may be believed, and it is on this machine.
      trustEmail: true,
      allowInsecureRequests: true,
      // It asks each time, so that one browser can be several people.
      authorizationParameters: { prompt: 'login' },
    }),
    ...(ofGoogle ? [google(ofGoogle)] : []),
    ...(ofGithub ? [github(ofGithub)] : []),
  ];
}
