/** What every client takes. `forRootAsync`'s factory may give all of it but the name. */
export interface OAuthClientOptions {
  /** What the provider calls this application. */
  clientId?: string;
  /** What proves to the provider that it is this application. Default: none, for a public client. */
  clientSecret?: string;
  /** What is asked for at every login; of OpenID Connect always `openid`, too. Default: what the login itself needs. */
  scopes?: readonly string[];
  /** What may be asked for beside that, by `?scopes=`. Default: nothing. */
  allowedScopes?: readonly string[];
  /** Further parameters of the authorization request, such as `{ prompt: 'select_account' }`. Default: none. */
  authorizationParameters?: Readonly<Record<string, string>>;
}

/** What a client of a server that the host chooses takes as well. */
export interface OwnServerOptions extends OAuthClientOptions {
  /** Stands in paths: `/auth/{name}/authorize`. Letters, digits and hyphens, 64 at most. */
  name: string;
  /** Whether an address that the provider calls verified counts as verified here. Default false. */
  trustEmail?: boolean;
  /** Admits `http:` addresses of the provider, for development: secret and tokens travel in clear. Default false. */
  allowInsecureRequests?: boolean;
}

/** What a provider says of whoever logged in there. */
export interface OAuthProfile {
  /** Who it is, for ever: never an address or a name that can change. */
  subject: string | number;
  email?: unknown;
  /** `true` if the provider has made sure that the address is theirs; nothing else counts. */
  emailVerified?: unknown;
  /** Whatever else it says: for `newUser`. */
  claims?: Readonly<Record<string, unknown>>;
}

/** How to find out who logged in, where the ID token does not say it. */
export interface ProfileSource {
  /** Claims of the ID token and of the user info, where there are some. */
  claims: Readonly<Record<string, unknown>>;
  /** Fetches JSON with the access token: no redirects, a bounded body, a bounded time. */
  ask: (url: string) => Promise<unknown>;
}

/** Makes a profile of what the provider says. */
export type ReadProfile = (source: ProfileSource) => OAuthProfile | Promise<OAuthProfile>;

/** Where the provider is: found by discovery of its issuer, or known. */
export interface ProviderServer {
  /** Names the provider; with the subject it is who somebody is. */
  issuer: string;
  /** Both, or neither: then they are discovered (OpenID Connect Discovery 1.0). */
  authorizationUrl?: string;
  tokenUrl?: string;
}

/** What a client is made of, whoever the provider is. */
export interface ClientTraits {
  server: ProviderServer;
  isOpenId: boolean;
  scopes: readonly string[];
  readProfile: ReadProfile;
  trustEmail: boolean;
  allowInsecureRequests?: boolean | undefined;
  /** Default: what the provider's metadata name; without metadata `post`. */
  clientAuthentication?: 'post' | 'basic' | undefined;
}

/** A client as an option names it: `google({ … })`. */
export interface OAuthClientDefinition {
  readonly kind: string;
  readonly name: string;
  /** What it was declared with. */
  readonly options: OAuthClientOptions;
  /** The names of the options that it takes; a factory may give the same, but for the name. */
  readonly settings: readonly string[];
  /** Those of them that are addresses, and whether they may be left out. */
  readonly addresses: Readonly<Record<string, 'needed' | 'optional'>>;
  /** Whether the provider knows no clients without a secret. */
  readonly needsSecret: boolean;
  /** @param settings what it was declared with, and what the factory says, which wins */
  traits(settings: OAuthClientOptions): ClientTraits;
}

export const CLIENT_SETTINGS = [
  'clientId',
  'clientSecret',
  'scopes',
  'allowedScopes',
  'authorizationParameters',
] as const;

/** A definition whose options are there for this library, and not for whoever prints it: they may hold a secret. */
export const defineClient = (definition: OAuthClientDefinition): OAuthClientDefinition =>
  Object.defineProperty({ ...definition }, 'options', { enumerable: false });
