import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readConfiguration } from './configuration.js';

async function bootstrap() {
  try {
    const configuration = readConfiguration(process.env);
    const app = await NestFactory.create(AppModule.for(configuration), {
      logger: ['error', 'warn'],
      abortOnError: false,
      // Sockets that are still open do not keep a shutdown waiting.
      forceCloseConnections: true,
    });
    // A signal closes the application in order, and then the process ends with code 0.
    app.enableShutdownHooks([], { useProcessExit: true });
    await app.listen(configuration.port);
    console.log(`The application listens on http://localhost:${configuration.port}.`);
  } catch (error) {
    console.error(error instanceof Error && error.message ? error.message : error);
    process.exit(1);
  }
}

void bootstrap();
