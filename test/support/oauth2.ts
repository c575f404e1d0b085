import { bearer, cookie, database, jwt } from 'nestjs-users';
import { oauth2, oauth2Client, type OAuth2Options, oidc } from 'nestjs-users/oauth2';
import { Browser, type Page, signInAtProvider } from './browser.js';
import { HARSH_WIRE } from './harsh-host.js';
import type { Host, HostOptions } from './host.js';
import type { HostileProvider } from './hostile-provider.js';
import type { ProviderClient } from './oidc-provider.js';
import { OAuthAccount, OneTimeToken } from './oauth2-entities.js';
import { Session } from './users.js';

export { NumberedOAuthAccount, OAuthAccount, OneTimeToken } from './oauth2-entities.js';

/** Where the providers are told that the application is; tests ask it where it really listens. */
export const PUBLIC_URL = 'http://localhost:3000';

/** A page of the host's, on another origin. */
export const PAGE = 'https://app.example.com/welcome';

/** What a provider knows of the application, for a client of this name. */
export const registered = (name: string): ProviderClient => ({
  clientId: 'an-application',
  clientSecret: 'planted-client-secret-0123456789',
  redirectUris: ['', HARSH_WIRE.base].flatMap((base) => [
    `${PUBLIC_URL}${base}/auth/${name}/callback`,
    `${PUBLIC_URL}${base}/auth/associate/${name}/callback`,
  ]),
});

/** A client of a provider on loopback. */
export const loopback = (name: string, issuer: string, more: Partial<Parameters<typeof oidc>[0]> = {}) => {
  const { clientId, clientSecret } = registered(name);
  return oidc({
    name,
    issuer,
    clientId,
    clientSecret,
    allowInsecureRequests: true,
    trustEmail: true,
    ...more,
  });
};

const keptClients = new Map<string, ReturnType<typeof loopback>>();

/** As {@link loopback}, of a provider that may be told to misbehave. The same one again, so that hosts can be kept. */
export function clientOf(
  name: string,
  { issuer, clientId, clientSecret }: HostileProvider,
  more: Omit<Parameters<typeof loopback>[2] & object, 'profile'> = {},
): ReturnType<typeof loopback> {
  const key = JSON.stringify([name, issuer, more]);
  const client = keptClients.get(key) ?? loopback(name, issuer, { clientId, clientSecret, ...more });
  keptClients.set(key, client);
  return client;
}

/** Every linked account, with its user. */
export const linksOf = ({ rows }: Host): Promise<OAuthAccount[]> =>
  rows(OAuthAccount).find({ relations: { user: true } });

/** Every linked account as it is stored, with the columns that are not selected by themselves. */
export function storedLinksOf({ rows }: Host): Promise<OAuthAccount[]> {
  const links = rows(OAuthAccount);
  const columns = links.metadata.columns.filter(({ relationMetadata }) => !relationMetadata);
  return links.find({ select: Object.fromEntries(columns.map(({ propertyName }) => [propertyName, true])) });
}

/** Host options with these providers. */
export function withProviders(
  clients: OAuth2Options['clients'],
  more: Partial<OAuth2Options> = {},
): HostOptions {
  const allowedRedirectOrigins = [new URL(PAGE).origin];
  return {
    oauthAccount: OAuthAccount,
    oneTimeToken: OneTimeToken,
    oauth2: oauth2({ clients, publicUrl: PUBLIC_URL, allowedRedirectOrigins, ...more }),
  };
}

/** A client whose provider nobody asks: its addresses are known, and lead nowhere. */
export const nowhere = (name: string) =>
  oauth2Client({
    name,
    clientId: 'an-application',
    authorizationUrl: 'https://id.example.com/authorize',
    tokenUrl: 'https://id.example.com/token',
    profile: () => ({ subject: 'nobody' }),
  });

export const BEARER: HostOptions = { backends: [{ name: 'jwt', transport: bearer(), strategy: jwt() }] };
export const COOKIE: HostOptions = {
  session: Session,
  backends: [{ name: 'web', transport: cookie(), strategy: database() }],
};

/** A person at a browser, in front of one host. */
export class Visitor {
  readonly browser: Browser;

  constructor(private readonly host: Pick<Host, 'api' | 'scan'>) {
    this.browser = new Browser(host.scan);
  }

  /** The authorization URL of a client, as a script asks for it. */
  async authorize(path: string, headers: Record<string, string> = {}): Promise<string> {
    const { status, body, text } = await this.ask(path, headers);
    const { authorization_url: url } = Object(body) as { authorization_url?: string };
    if (status !== 200 || url === undefined) throw new Error(`No authorization URL: ${status} ${text}`);
    return url;
  }

  /** Comes back from a provider to where the application really listens. */
  back(callback: URL, headers: Record<string, string> = {}): Promise<Page> {
    return this.request(`${callback.pathname}${callback.search}`, headers);
  }

  /** To a provider, through its login page and back: what the callback answers. */
  async logIn(client: string, account: string, query = ''): Promise<Page> {
    return this.back(
      await signInAtProvider(
        this.browser,
        await this.authorize(`/auth/${client}/authorize${query}`),
        account,
      ),
    );
  }

  ask(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.request(`${this.host.api.wire.base}${path}`, headers);
  }

  private async request(path: string, headers: Record<string, string>): Promise<Page> {
    const { url, wire } = this.host.api;
    const page = await this.browser.request(`${url}${path}`, { headers });
    const body = wire.unwrap(page.body);
    return body === page.body ? page : { ...page, body, text: JSON.stringify(body) };
  }
}
