import { Body, Controller, Post, VersioningType } from '@nestjs/common';
import { type HostOptions, onEachHost, PASSWORD } from '../support/host.js';

const ROUTES = [
  '/auth/jwt/login',
  '/auth/register',
  '/auth/verify',
  '/auth/forgot-password',
  '/auth/reset-password',
  '/auth/request-verify-token',
];
const UNREADABLE = '{"email":"ada@example.com","password":"planted-in-broken-json"';

const SAME_TO_A_URL_PARSER = [
  ...['/.evil.net', '/', '?', '?x', '#', '#.evil.net', '\\', '\\.evil.net', ':80'].map(
    (end) => `ada@example.com${end}`,
  ),
  ...['ada@ex%61mple.com', 'ada@example%2ecom', 'ada@%65xample.com', 'ada@example\u3002com'],
];

onEachHost((boot) => {
  test('an address that only Node’s URL parser takes for another one is refused at every entrance', async () => {
    const { api, login, addUser, users, outbox, settled } = await boot();
    const eve = await login({ email: 'eve@example.com' });
    const ada = await addUser();
    for (const email of SAME_TO_A_URL_PARSER) {
      await api.post('/auth/register', { email, password: PASSWORD }).expect(422, /isEmail/);
      await api.post('/auth/forgot-password', { email }).expect(422);
      await api.post('/auth/request-verify-token', { email }).expect(422);
      await api.post('/auth/jwt/login', { email, password: PASSWORD }).expect(400, /LOGIN_BAD_CREDENTIALS/);
      await eve.api.patch('/users/me', { email }).expect(422);
    }
    await settled();
    expect(outbox.mails).toEqual([]);
    expect(await users.findOneByOrFail({ id: ada.id })).toMatchObject({ email: 'ada@example.com' });
    expect(await users.count()).toBe(2);
  });

  test('malformed JSON gets a 400 that does not quote it, in the answer or in a log', async () => {
    const { api, scan, login } = await boot();
    scan.plant('planted-in-broken-json');
    const ada = await login();
    for (const path of ROUTES) {
      for (const body of [UNREADABLE, '{', '"planted-in-broken-json', 'planted-in-broken-json']) {
        const answer = await api.post(path, body).expect(400);
        expect(answer.body).toEqual({
          statusCode: 400,
          error: 'Bad Request',
          message: 'The body is not valid JSON.',
          detail: 'Bad Request',
        });
      }
    }
    await ada.api.patch('/users/me', UNREADABLE).expect(400);
  });

  const PLACED: [what: string, options: HostOptions, paths: string[]][] = [
    ['a parameter', { userManagement: {} }, ['/users/0b7d1a0e-0000-4000-8000-000000000000']],
    [
      'a parameter of the host’s',
      { registration: { path: 'tenants/:tenant/join' } },
      ['/tenants/acme/join', '/tenants/acme/join/', '/tenants/acme/join?x=/'],
    ],
    ['a wildcard', { registration: { path: 'tenants/*' } }, ['/tenants/a/b/c']],
    ['other spellings', {}, ['/%61uth/register', '/auth/%72egister', '/AUTH/register', '/auth/register#x']],
    ['nothing before it', { registration: { path: '/' }, auth: { path: '' } }, ['/', '/jwt/login']],
    [
      'a prefix and a version',
      {
        registration: { path: 'tenants/:tenant/join' },
        prepare(app) {
          app.setGlobalPrefix('api/:region');
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
        },
      },
      ['/api/eu/v1/tenants/acme/join', '/api/eu/v1/users/me', '/api/eu/v1/auth/jwt/login'],
    ],
  ];

  test.each(PLACED)('malformed JSON is not quoted on a path with %s', async (_, options, paths) => {
    const { api, scan } = await boot(options);
    scan.plant('planted-in-broken-json');
    for (const path of paths) {
      for (const method of ['post', 'patch'] as const) {
        // Node quotes what begins wrong, and tells only the place of what ends wrong.
        const { status, text } = await api[method](path, 'planted-in-broken-json');
        expect([400, 404]).toContain(status);
        expect(text).not.toContain('planted');
      }
    }
  });

  test('the errors of the host’s own paths are left to the host', async () => {
    @Controller('reports')
    class ReportsController {
      @Post()
      write(@Body() body: object) {
        return body;
      }
    }
    const { api } = await boot({ host: { controllers: [ReportsController] } });
    const { body } = await api.post('/reports', '{"title":"not ours"').expect(400);
    expect(body).not.toHaveProperty('detail');
  });

  test('anything but JSON is 415; login reads forms too', async () => {
    const { api, login } = await boot();
    const ada = await login();
    for (const path of ROUTES.slice(1)) {
      await api
        .post(path)
        .type('form')
        .send({ email: 'a@example.com', token: 'x', password: PASSWORD })
        .expect(415);
    }
    for (const path of ROUTES) {
      await api.post(path).type('text/plain').send('email=a').expect(415);
      await api.post(path).type('application/xml').send('<a/>').expect(415);
      await api.post(path).type('application/json; charset=iso-8859-1').send('{}').expect(415);
    }
    await ada.api.patch('/users/me').type('form').send({ email: 'new@example.com' }).expect(415);
  });

  test('JSON that is no object is 422', async () => {
    const { api } = await boot();
    for (const path of ROUTES) {
      for (const body of ['[]', '[{"email":"a@example.com"}]', '{}']) {
        const answer = await api.post(path, body).expect(422);
        expect(answer.body).toMatchObject({ statusCode: 422, error: 'Unprocessable Entity' });
        expect(answer.body.detail[0].loc[0]).toBe('body');
      }
      await api.post(path).expect(422);
    }
  });

  test('deep, wide and huge bodies are refused or ignored in no time', async () => {
    const { api } = await boot();
    const deep = '{"a":'.repeat(45_000) + '1' + '}'.repeat(45_000);
    const wide = JSON.stringify(
      Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`key${index}`, index])),
    );
    const bodies = [
      deep,
      `{"email":${deep}}`.slice(0, 90_000),
      `{"password":${deep},"email":"a"}`,
      wide,
      JSON.stringify({ email: 'x'.repeat(2_000_000) }),
    ];
    for (const path of ROUTES) {
      for (const body of bodies) {
        const start = performance.now();
        const { status } = await api.post(path, body);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(performance.now() - start).toBeLessThan(1000);
      }
    }
  });

  test('no error of ours lacks its status, its sentence and its detail', async () => {
    const { api } = await boot();
    const answers = [
      await api.get('/users/me').expect(401),
      await api.post('/auth/verify', { token: 'x' }).expect(400),
      await api.post('/auth/verify', {}).expect(422),
      await api.post('/auth/register').type('form').send('a=b').expect(415),
      await api.post('/auth/register').type('application/xml').send('<a/>').expect(415),
      await api.post('/auth/register', { email: 'x'.repeat(2_000_000) }).expect(413),
    ];
    for (const { body, status } of answers) {
      expect(body).toEqual({
        statusCode: status,
        error: expect.any(String),
        message: expect.any(String),
        detail: expect.anything(),
      });
    }
  });
});
