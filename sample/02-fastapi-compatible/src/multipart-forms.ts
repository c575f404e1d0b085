import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { IncomingHttpHeaders } from 'node:http';

/*
 * FastAPI reads multipart forms as it reads URL-encoded ones, and the guide of FastAPI Users logs in by them.
 * Here each becomes a URL-encoded one, so that the library, which takes no other at login, sees nothing else.
 */

const MULTIPART = 'multipart/form-data';
const LONGEST_BYTES = 16_384;

export function readMultipartOnExpress(app: NestExpressApplication): void {
  app.useBodyParser('raw', { type: MULTIPART, limit: LONGEST_BYTES });
  app.use(async (request: { headers: IncomingHttpHeaders; body: unknown }, _: unknown, next: () => void) => {
    if (Buffer.isBuffer(request.body)) request.body = await fieldsOf(request.body, request.headers);
    next();
  });
}

export function readMultipartOnFastify(app: NestFastifyApplication): void {
  app.useBodyParser(MULTIPART, { bodyLimit: LONGEST_BYTES }, (request, body, done) => {
    void fieldsOf(body, request.headers).then((fields) => done(null, fields));
  });
}

/** The text fields, none for a form that cannot be read; the headers say from now on what the form has become. */
async function fieldsOf(body: Buffer, headers: IncomingHttpHeaders): Promise<Record<string, unknown>> {
  const type = headers['content-type'] ?? '';
  headers['content-type'] = 'application/x-www-form-urlencoded';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => []);
  return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
}
