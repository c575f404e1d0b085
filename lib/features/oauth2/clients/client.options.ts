import { withHidden } from '../../../common/hidden.js';
import { keysOf } from '../../../common/option-keys.js';

/** What every client takes. `forRootAsync`'s factory may give all of it except the name. */
export interface OAuthClientOptions {
  /**
   * The id under which the provider knows this application.
   * @required
   */
  clientId?: string;
  /**
   * The secret that proves to the provider that a request comes from this application.
   * @default none, for a public client; required by `google()`, `github()` and `microsoft()`
   */
  clientSecret?: string;
  /**
   * The scopes that every login asks for. OpenID Connect providers are always asked for `openid`, too.
   * @default what the login needs
   */
  scopes?: readonly string[];
  /**
   * Further scopes that a request may ask for, by `?scopes=`.
   * @default none
   */
  allowedScopes?: readonly string[];
  /**
   * Further parameters of the authorization request: `{ prompt: 'select_account' }`.
   * @default none
   */
  authorizationParameters?: Readonly<Record<string, string>>;
}

/** What a client of a server that the host chooses takes as well. */
export interface OwnServerOptions extends OAuthClientOptions {
  /**
   * The client's name. It stands in paths, `/auth/{name}/authorize`, and names the client in the factory. Letters, digits
   * and hyphens, 64 at most.
   */
  name: string;
  /**
   * Whether an address that the provider calls verified counts as verified here.
   * @default false
   */
  trustEmail?: boolean;
  /**
   * Accepts `http:` addresses of the provider, for development. The secret and the tokens then travel unencrypted.
   * @default false
   */
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
  /** The names of the options that it takes; a factory may give the same, except the name. */
  readonly settings: readonly string[];
  /** Those of them that are addresses, and whether they may be left out. */
  readonly addresses: Readonly<Record<string, 'needed' | 'optional'>>;
  /** Whether the provider knows no clients without a secret. */
  readonly needsSecret: boolean;
  /** @param settings what it was declared with, and what the factory says, which wins */
  traits(settings: OAuthClientOptions): ClientTraits;
}

const CLIENT_SETTINGS = keysOf<OAuthClientOptions>({
  clientId: true,
  clientSecret: true,
  scopes: true,
  allowedScopes: true,
  authorizationParameters: true,
});

/** One value for each of the names, and no more: without `name`, no names would mean any names. */
type Each<Names extends PropertyKey, Value> = Readonly<Record<Names, Value> & { name?: never }>;

/** A definition, as a function such as `google()` gives it for its own options. */
interface ClientDraft<Options> extends Omit<OAuthClientDefinition, 'options' | 'settings' | 'addresses'> {
  options: Options;
  /** The options that other clients don't have. */
  own: Each<Exclude<keyof Options, keyof OAuthClientOptions | 'name'>, true>;
  addresses: Each<Extract<keyof Options, 'issuer' | `${string}Url`>, 'needed' | 'optional'>;
}

/** A definition whose options are there for this library, and not for whoever prints it: they may hold a secret. */
export const defineClient = <Options extends OAuthClientOptions>({
  options,
  own,
  ...draft
}: ClientDraft<Options>): OAuthClientDefinition =>
  withHidden('options', options, { ...draft, settings: [...CLIENT_SETTINGS, ...Object.keys(own)] });
