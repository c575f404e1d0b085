import { createApplication } from './application.js';
import { readConfiguration } from './configuration.js';

async function bootstrap() {
  try {
    const configuration = readConfiguration(process.env);
    const app = await createApplication(configuration);
    await app.listen(configuration.port, '127.0.0.1');
    console.log(`listening on ${await app.getUrl()}`);
  } catch (error) {
    console.error(error instanceof Error && error.message ? error.message : error);
    process.exit(1);
  }
}

void bootstrap();
