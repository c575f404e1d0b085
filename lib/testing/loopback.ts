import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A test need not listen: as supertest does, this listens on loopback while it asks. */
export async function listening(
  app: INestApplication,
  ask: (origin: string) => Promise<Response>,
): Promise<Response> {
  await app.init();
  await (app.getHttpAdapter().getInstance() as { ready?: () => PromiseLike<unknown> }).ready?.();
  const server = app.getHttpServer() as Server;
  const isOurs = !server.listening;
  if (isOurs) await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    return await whole(await ask(`http://127.0.0.1:${port}`));
  } finally {
    if (isOurs) await close(server);
  }
}

/** The answer with its whole body, because its connection ends. */
async function whole(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  const body = await answer.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, { status, headers });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
