import { Validator } from '@seriousme/openapi-schema-validator';
import type { OpenAPIObject } from '@nestjs/swagger';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptionOf } from '../../lib/common/route-description.js';
import { onEachAdapter } from '../support/host.js';
import { routesOf } from '../support/routes.js';
import { answerName } from '../support/seen-answers.js';
import { AnswerCheck } from './answer-check.js';
import { documentOf, operationsOf, WHOLE_HOST } from './whole-host.js';

/** For the reporter, which knows what all suites have seen. */
function noteDescribed(documents: readonly OpenAPIObject[]): void {
  const names = documents
    .flatMap(operationsOf)
    .flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, { codes }]) =>
        codes.map((code) => answerName(operationId, Number(status), code)),
      ),
    );
  const folder = join(import.meta.dirname, '../../.tmp/seen-answers');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'described.json'), JSON.stringify([...new Set(names)].sort(), undefined, 1));
}

onEachAdapter('sqlite', (boot, adapter) => {
  test.each(['3.0.3', '3.1.0'])('is a valid document of OpenAPI %s', async (version) => {
    const document = documentOf(await boot(WHOLE_HOST), version);
    expect(document.openapi).toBe(version);
    const result = await new Validator().validate(
      JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
    );
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test('says what the server itself refuses of a path', async () => {
    const host = await boot(WHOLE_HOST);
    const check = new AnswerCheck(documentOf(host));
    const read = operationsOf(documentOf(host)).find(({ operationId }) => operationId === 'users_read');
    if (!read) throw new Error('No operation users_read.');
    const refusals = adapter === 'fastify' ? [400, 414] : [400, 404];
    const { token } = await host.login({ isSuperuser: true });
    for (const [index, id] of ['%ff', 'x'.repeat(101)].entries()) {
      const { status, text } = await host.api.as(token).get(`/users/${id}`);
      expect([status, check.faultsOf(read, status, text)]).toEqual([refusals[index], []]);
    }
  });

  test('has every route of the application, each with a description and a name of its own', async () => {
    const host = await boot(WHOLE_HOST);
    const routes = routesOf(host.app);
    expect(routes.filter(({ handler }) => !descriptionOf(handler))).toEqual([]);
    const operations = operationsOf(documentOf(host));
    const described = operations.map(({ method, path }) =>
      `${method} ${path}`.replace(host.api.wire.base, ''),
    );
    const running = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(described.toSorted()).toEqual(running.toSorted());
    expect(routes.length).toBeGreaterThan(35);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters } of operations) {
      const declared = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
      expect(declared.toSorted()).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted(),
      );
    }
  });

  test('is the same when it is made again', async () => {
    const host = await boot(WHOLE_HOST);
    expect(documentOf(host)).toEqual(documentOf(host));
  });

  test('says what a failure means at its route, and every reason of one status', async () => {
    const operations = operationsOf(documentOf(await boot(WHOLE_HOST)));
    const saying = (id: string, status: number) =>
      operations.find(({ operationId }) => operationId === id)?.responses[status]?.description;
    expect(saying('users_create', 409)).toContain(
      'This user is not active. `invite` is only for an active user.',
    );
    expect(saying('users_list', 422)).toMatch(/A field is missing or breaks a rule\. .*cursor/);
    expect(saying('users_end_session', 404)).toBe('No user has this id. No session has this id.');
  });

  test('describes what other hosts answer', async () => {
    const whole = await boot(WHOLE_HOST);
    const other = await boot({
      requireVerification: true,
      registration: { concealExisting: true },
      currentUser: { emailChange: 'confirmed' },
    });
    const fixed = await boot({ currentUser: { emailChange: false } });
    const documents = [whole, other, fixed].map((host) => documentOf(host));
    const named = (id: string, document: OpenAPIObject) =>
      operationsOf(document).find(({ operationId }) => operationId === id);
    expect(Object.keys(named('registration_register', documents[1])!.responses)).toContain('202');
    expect(named('registration_register', documents[1])!.responses).not.toHaveProperty('201');
    expect(named('current_user_read', documents[1])!.responses['403']?.codes).toEqual(['USER_NOT_VERIFIED']);
    expect(named('current_user_update', documents[2])!.responses['403']?.codes).toContain(
      'EMAIL_CHANGE_NOT_ALLOWED',
    );
    noteDescribed(documents);
  });
});
