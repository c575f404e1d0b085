import supertest, { type Response, type Test } from 'supertest';
import type { SecretsScan } from './secrets-scan.js';

/** How a host's answers come: where its routes are, and what its own interceptor makes of bodies. */
export interface Wire {
  /** Stands before every path that does not begin with it, as a provider's callback does. */
  base: string;
  /** The body as the library answered it. */
  unwrap: (body: unknown) => unknown;
}

const PLAIN_WIRE: Wire = { base: '', unwrap: (body) => body };

/** An HTTP client of one host. Every answer goes past the scan; every password that is sent becomes a secret. */
export class Api {
  constructor(
    readonly url: string,
    private readonly scan: SecretsScan,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly wire: Wire = PLAIN_WIRE,
  ) {}

  /** Where the routes are, for other clients than this one. */
  get root(): string {
    return `${this.url}${this.wire.base}`;
  }

  /** The same client with header fields in every request. */
  with(headers: Readonly<Record<string, string>>): Api {
    return new Api(this.url, this.scan, { ...this.headers, ...headers }, this.wire);
  }

  /** The same client, logged in by an access token. */
  as(token: string): Api {
    return this.with({ authorization: `Bearer ${token}` });
  }

  get = (path: string): Test => this.request('get', path);
  head = (path: string): Test => this.request('head', path);
  delete = (path: string): Test => this.request('delete', path);
  post = (path: string, body?: unknown): Test => this.request('post', path, body);
  patch = (path: string, body?: unknown): Test => this.request('patch', path, body);
  put = (path: string, body?: unknown): Test => this.request('put', path, body);

  /** Logs in and returns the access token. */
  async login(email: string, password: string, backend = 'jwt'): Promise<string> {
    const { body } = await this.post(`/auth/${backend}/login`, { email, password }).expect(200);
    return (body as { access_token: string }).access_token;
  }

  /** Logs in and returns the client that did, whichever transport the backend has. */
  async loggedIn(email: string, password: string, backend: string): Promise<Api> {
    const answer = await this.post(`/auth/${backend}/login`, { email, password });
    if (answer.status !== 200 && answer.status !== 204) throw new Error(`No login: ${answer.text}`);
    return this.carrying(answer);
  }

  /** The same client with the credential that an answer carries. */
  carrying(answer: Response): Api {
    const [cookie] = cookiesOf(answer);
    if (cookie) return this.with({ cookie: cookie.split(';', 1)[0] ?? '' });
    const { access_token: token } = answer.body as { access_token?: string };
    const header = (answer.headers as Record<string, string>)['authorization'];
    return this.with({ authorization: header ?? `Bearer ${token}` });
  }

  private request(
    method: 'get' | 'head' | 'delete' | 'post' | 'patch' | 'put',
    path: string,
    body?: unknown,
  ): Test {
    const { base } = this.wire;
    const test = supertest(this.url)[method](path.startsWith(`${base}/`) ? path : `${base}${path}`);
    void test.set(this.headers);
    test.on('response', (answer: Response) => {
      this.unwrap(answer);
      this.scan.saw(answer);
    });
    if (body === undefined) return test;

    const { password, currentPassword } = Object(body) as Record<string, unknown>;
    for (const secret of [password, currentPassword]) this.scan.plant(secret);
    return test.type('json').send(typeof body === 'string' ? body : JSON.stringify(body));
  }

  private unwrap(answer: Response): void {
    const sent: unknown = answer.body;
    const body = this.wire.unwrap(sent);
    if (body === sent) return;
    answer.body = body;
    answer.text = JSON.stringify(body);
  }
}

/** The `Set-Cookie` fields of an answer. */
export const cookiesOf = ({ headers }: Response): string[] =>
  (headers as unknown as Record<string, string[] | undefined>)['set-cookie'] ?? [];
