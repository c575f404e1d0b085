import { randomBytes } from 'node:crypto';

/** What a provider gave the application when it was registered there. */
export interface Registration {
  clientId: string;
  clientSecret: string;
}

export interface Configuration {
  port: number;
  /** The port of the provider that this sample brings along; with 0, one that is free. */
  providerPort: number;
  databaseFile: string;
  secret: string;
  google: Registration | undefined;
  github: Registration | undefined;
}

type Environment = Record<string, string | undefined>;

/** @throws an Error whose message is one sentence for whoever starts the application */
export function readConfiguration(env: Environment): Configuration {
  return {
    port: portOf('PORT', env.PORT || '3000', 1),
    providerPort: portOf('PROVIDER_PORT', env.PROVIDER_PORT || '3001', 0),
    databaseFile: env.DATABASE_FILE || ':memory:',
    secret: env.USERS_SECRET || secretOfThisProcess(),
    google: registrationOf('GOOGLE', env),
    github: registrationOf('GITHUB', env),
  };
}

/** A provider is there if the environment names it. */
function registrationOf(provider: string, env: Environment): Registration | undefined {
  const clientId = env[`${provider}_CLIENT_ID`];
  const clientSecret = env[`${provider}_CLIENT_SECRET`];
  if (clientId && clientSecret) return { clientId, clientSecret };
  if (!clientId && !clientSecret) return undefined;
  throw new Error(
    `${provider}_CLIENT_ID and ${provider}_CLIENT_SECRET belong together: one of them is missing.`,
  );
}

/** For whoever only wants to try this. A real application refuses to start instead. */
function secretOfThisProcess(): string {
  console.log('USERS_SECRET is not set. This process made one of its own: mailed tokens end with it.');
  return randomBytes(48).toString('base64');
}

function portOf(name: string, text: string, least: number): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= least && port <= 65_535) return port;
  throw new Error(`${name} must be a number from ${least} to 65535, not "${text}".`);
}
