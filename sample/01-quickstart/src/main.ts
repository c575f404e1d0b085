import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeUsers } from 'nestjs-users/openapi';
import { AppModule } from './app.module.js';
import { baseUrl, port } from './configuration.js';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  // A signal closes the application in order, and then the process ends with code 0.
  app.enableShutdownHooks([], { useProcessExit: true });
  const builder = new DocumentBuilder().setTitle('Quickstart').setOpenAPIVersion('3.1.0');
  const config = describeUsers(app, builder).build();
  SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, config));
  await app.listen(port);

  console.log(`
The quickstart listens on ${baseUrl}. Register somebody; the mail appears here:

curl ${baseUrl}/auth/register --json '{"email":"ada@example.com","password":"correct horse battery","fullName":"Ada"}'

Every route is described, and can be tried out, on ${baseUrl}/docs.
`);
}

void bootstrap();
