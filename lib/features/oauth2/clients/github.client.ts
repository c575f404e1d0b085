import {
  CLIENT_SETTINGS,
  defineClient,
  type OAuthClientDefinition,
  type OAuthClientOptions,
} from './client.options.js';
import type { OAuthProfile, ProfileSource } from './client.options.js';

/** What {@link github} takes. */
export interface GithubOptions extends OAuthClientOptions {
  /** Stands in paths. Default `github`. */
  name?: string;
  /** The address of a GitHub Enterprise Server. Default: github.com. */
  serverUrl?: string;
}

/** GitHub, by its primary address, as far as GitHub has verified that. */
export const github = (options: GithubOptions = {}): OAuthClientDefinition =>
  defineClient({
    kind: 'github',
    name: options?.name ?? 'github',
    options,
    settings: [...CLIENT_SETTINGS, 'serverUrl'],
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
