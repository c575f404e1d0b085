import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readConfiguration } from './configuration.js';
import { startProvider } from './provider/local-provider.js';

async function bootstrap() {
  try {
    const configuration = readConfiguration(process.env);
    const url = `http://localhost:${configuration.port}`;
    const provider = await startProvider(configuration.providerPort, url);
    const app = await NestFactory.create(AppModule.for(configuration, provider), {
      logger: ['error', 'warn'],
      abortOnError: false,
    });
    // A signal closes the application in order, and then the process ends with code 0, and the provider with it.
    app.enableShutdownHooks([], { useProcessExit: true });
    await app.listen(configuration.port, '127.0.0.1');
    console.log(`
The provider Acme listens on ${provider.issuer}
The application listens on ${url}. Open it in a browser.
`);
  } catch (error) {
    console.error(error instanceof Error && error.message ? error.message : error);
    process.exit(1);
  }
}

void bootstrap();
