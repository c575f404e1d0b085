import { type ChildProcess, fork, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';

/** An application that the provider knows. */
export interface ProviderClient {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
}

export interface ProviderOptions {
  clients: ProviderClient[];
  /** Default: an hour. Counted in whole seconds of the clock: a token of two lives for one at least. */
  accessTokenSeconds?: number;
  /** Whether email and name are told at the userinfo endpoint alone. Default: in the ID token as well. */
  conformIdTokenClaims?: boolean;
}

/** How many requests each endpoint got; the total counts the login pages as well. */
export interface ProviderRequests {
  total: number;
  authorization: number;
  token: number;
  userinfo: number;
  discovery: number;
  jwks: number;
}

/** A certified OpenID Connect provider in a process of its own: code flow, PKCE, rotated refresh tokens. */
export interface OidcProvider {
  readonly issuer: string;
  /** Sets the claims of an account, whose `sub` is its id. An account without any has no email. */
  setAccount(id: string, claims: Record<string, unknown>): Promise<void>;
  requests(): Promise<ProviderRequests>;
  /** Stands still with all its connections open. */
  freeze(): void;
  thaw(): void;
  stop(): void;
}

export async function startOidcProvider(options: ProviderOptions): Promise<OidcProvider> {
  const child = fork(join(import.meta.dirname, 'oidc-provider.app.mjs'), [JSON.stringify(options)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return new ProviderProcess(child, await issuerOf(child));
}

class ProviderProcess implements OidcProvider {
  private readonly guard: Socket;
  private asked = 0;

  constructor(
    private readonly child: ChildProcess,
    readonly issuer: string,
  ) {
    this.guard = startGuard(child);
  }

  async setAccount(account: string, claims: Record<string, unknown>): Promise<void> {
    await this.ask({ account, claims });
  }

  async requests(): Promise<ProviderRequests> {
    return (await this.ask({})) as ProviderRequests;
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  stop(): void {
    this.guard.end('\n');
    this.child.kill('SIGKILL');
  }

  private async ask(question: object): Promise<unknown> {
    const id = (this.asked += 1);
    const messages = on(this.child, 'message', { close: ['exit'] });
    this.child.send({ id, ...question });
    for await (const [message] of messages as AsyncIterable<[{ id: number; answer: unknown }]>)
      if (message.id === id) return message.answer;
    throw new Error('The provider has ended.');
  }
}

async function issuerOf(child: ChildProcess): Promise<string> {
  let complaints = '';
  child.stderr?.on('data', (chunk) => (complaints += String(chunk)));
  // Unlike 'exit', 'close' comes after all of its complaints.
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'close')])) as unknown[];
  const { issuer } = Object(first) as { issuer?: string };
  if (issuer === undefined) throw new Error(`The provider does not start:\n${complaints}`);
  return issuer;
}

/** A provider that stands still does not hear that the run has ended. The guard does: its input ends. */
function startGuard({ pid }: ChildProcess): Socket {
  const script = 'read -r line || kill -KILL "$0"';
  const guard = spawn('sh', ['-c', script, `${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  const input = guard.stdin as Socket;
  // The provider may have ended by itself.
  input.on('error', () => undefined);
  input.unref();
  return input;
}
