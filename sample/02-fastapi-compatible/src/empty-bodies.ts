import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * The guide of FastAPI Users logs out and deletes with `Content-Type: application/json` and no body. Fastify
 * refuses an empty body of that type, where Express and FastAPI read none.
 */
export function forgetTypeOfNothing(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': chunks } = request.headers;
    if (length === '0' && chunks === undefined) delete request.headers['content-type'];
    done();
  });
}
