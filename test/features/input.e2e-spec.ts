import { onEachHost, PASSWORD } from '../support/host.js';

const ROUTES = [
  '/auth/jwt/login',
  '/auth/register',
  '/auth/verify',
  '/auth/forgot-password',
  '/auth/reset-password',
  '/auth/request-verify-token',
];
const UNREADABLE = '{"email":"ada@example.com","password":"planted-in-broken-json"';

onEachHost((host) => {
  test('an identifier of any length and any characters is answered within 100 ms', async () => {
    const { api } = await host();
    const marks = `a${'\u0301\u0323'.repeat(12_000)}@x.com`;
    for (const email of [marks, 'x'.repeat(90_000), `${'\u1e69'.repeat(15_000)}@x.com`]) {
      for (const path of [
        '/auth/jwt/login',
        '/auth/register',
        '/auth/forgot-password',
        '/auth/request-verify-token',
      ]) {
        const begun = performance.now();
        const { status } = await api.post(path, { email, password: PASSWORD });
        expect([path, status >= 400 && status < 500, performance.now() - begun < 100]).toEqual([
          path,
          true,
          true,
        ]);
      }
    }
  });

  test('malformed JSON gets a 400 that does not quote it, in the answer or in a log', async () => {
    const { api, scan, login } = await host();
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

  test('anything but JSON is 415; login reads forms too', async () => {
    const { api, login } = await host();
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
    const { api } = await host();
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
    const { api } = await host();
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
    const { api } = await host();
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
