import { Get, Inject, Injectable, type Type } from '@nestjs/common';
import { type Feature, FEATURE_KINDS, type FeatureOptions } from '../../lib/features/feature.js';
import { FeatureController } from '../../lib/features/feature.decorators.js';
import { FEATURES } from '../../lib/module/features.js';
import { refusal } from '../support/boot.js';
import { onEachAdapter } from '../support/host.js';

const GREETING_SETTINGS = Symbol('settings of greeting');

interface GreetingOptions extends FeatureOptions {
  word?: string;
}

@Injectable()
class GreetingService {
  constructor(@Inject(GREETING_SETTINGS) readonly settings: { word: string }) {}
}

function createGreetingController(plan: GreetingOptions): Type {
  @FeatureController(plan)
  class GreetingController {
    constructor(readonly greetings: GreetingService) {}

    @Get()
    greet() {
      return { greeting: this.greetings.settings.word };
    }
  }
  return GreetingController;
}

/** All that a feature's folder has to export. */
const greetingFeature: Feature<GreetingOptions> = {
  key: 'greeting',
  kinds: { ...FEATURE_KINDS, word: 'setting' },
  settingsToken: GREETING_SETTINGS,
  resolve: ({ word = 'Hello' }) => ({ word }),
  build: (options) => ({
    controllers: [createGreetingController({ path: 'greeting', ...options })],
    providers: [GreetingService],
  }),
};

const features = FEATURES as Feature<never>[];
beforeAll(() => features.push(greetingFeature));
afterAll(() => void features.pop());

onEachAdapter('sqlite', (boot) => {
  test('a feature is a folder and a line: options, settings, routes and checks are its own', async () => {
    const silent = await boot();
    await silent.api.get('/greeting').expect(404);
    const plain = await boot({ greeting: {} } as never);
    expect((await plain.api.get('/greeting').expect(200)).body).toEqual({ greeting: 'Hello' });
    const own = await boot({ greeting: { word: 'Hi', path: 'hello' } } as never);
    expect((await own.api.get('/hello').expect(200)).body).toEqual({ greeting: 'Hi' });
    expect(await refusal({ greeting: { words: 'Hi' } })).toMatch(/the option greeting\.words does not exist/);
  });
});
