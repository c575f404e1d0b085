import supertest, { type Test } from 'supertest';
import type { SecretsScan } from './secrets-scan.js';

/** An HTTP client of one host. Every answer goes past the scan; every password that is sent becomes a secret. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly scan: SecretsScan,
    private readonly token?: string,
  ) {}

  /** The same client, logged in. */
  as(token: string): Api {
    return new Api(this.url, this.scan, token);
  }

  get = (path: string): Test => this.request('get', path);
  head = (path: string): Test => this.request('head', path);
  delete = (path: string): Test => this.request('delete', path);
  post = (path: string, body?: unknown): Test => this.request('post', path, body);
  patch = (path: string, body?: unknown): Test => this.request('patch', path, body);

  /** Logs in and returns the access token. */
  async login(email: string, password: string, backend = 'jwt'): Promise<string> {
    const { body } = await this.post(`/auth/${backend}/login`, { email, password }).expect(200);
    return (body as { access_token: string }).access_token;
  }

  private request(method: 'get' | 'head' | 'delete' | 'post' | 'patch', path: string, body?: unknown): Test {
    const test = supertest(this.url)[method](path);
    if (this.token !== undefined) test.set('Authorization', `Bearer ${this.token}`);
    test.on('response', (answer: Parameters<SecretsScan['saw']>[0]) => this.scan.saw(answer));
    if (body === undefined) return test;

    const { password, currentPassword } = Object(body) as Record<string, unknown>;
    for (const secret of [password, currentPassword]) this.scan.plant(secret);
    return test.type('json').send(typeof body === 'string' ? body : JSON.stringify(body));
  }
}
