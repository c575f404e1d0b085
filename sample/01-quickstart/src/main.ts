import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { baseUrl, port } from './configuration.js';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  // A signal closes the application in order, and then the process ends with code 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  await app.listen(port);

  console.log(`
The quickstart listens on ${baseUrl}. Register somebody; the mail appears here:

curl ${baseUrl}/auth/register --json '{"email":"ada@example.com","password":"correct horse battery","fullName":"Ada"}'
`);
}

void bootstrap();
