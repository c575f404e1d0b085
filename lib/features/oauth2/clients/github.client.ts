import { defineClient, type OAuthClientDefinition, type OAuthClientOptions } from './client.options.js';
import type { OAuthProfile, ProfileSource } from './client.options.js';

/** The options of {@link github}. */
export interface GithubOptions extends OAuthClientOptions {
  /**
   * The client's name. It stands in paths, `/auth/{name}/authorize`, and names the client in the factory. Letters, digits
   * and hyphens, 64 at most.
   * @default 'github'
   */
  name?: string;
  /**
   * The base URL of a GitHub Enterprise Server.
   * @default 'https://github.com'
   */
  serverUrl?: string;
}

/** GitHub. The user's address is the primary one, and counts as verified if GitHub has verified it. */
export const github = (options: GithubOptions = {}): OAuthClientDefinition =>
  defineClient({
    kind: 'github',
    name: options?.name ?? 'github',
    options,
    own: { serverUrl: true },
    addresses: { serverUrl: 'optional' },
    needsSecret: true,
    traits({ serverUrl }: GithubOptions) {
      const web = serverUrl?.replace(/\/$/, '') ?? 'https://github.com';
      const api = serverUrl === undefined ? 'https://api.github.com' : `${web}/api/v3`;
      return {
        server: {
          issuer: `${web}/login/oauth`,
          authorizationUrl: `${web}/login/oauth/authorize`,
          tokenUrl: `${web}/login/oauth/access_token`,
        },
        isOpenId: false,
        scopes: ['read:user', 'user:email'],
        readProfile: (source) => githubProfile(source, api),
        trustEmail: true,
      };
    },
  });

interface GithubEmail {
  email?: unknown;
  primary?: unknown;
  verified?: unknown;
}

export async function githubProfile({ ask }: ProfileSource, api: string): Promise<OAuthProfile> {
  const user = (await ask(`${api}/user`)) as Record<string, unknown> | null;
  const emails: unknown = await ask(`${api}/user/emails`);
  const primary = Array.isArray(emails)
    ? emails.map((each) => Object(each) as GithubEmail).find((each) => each.primary === true)
    : undefined;
  return {
    subject: user?.['id'] as number,
    email: primary?.email,
    emailVerified: primary?.verified,
    claims: user ?? {},
  };
}
