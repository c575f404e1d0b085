/**
 * Traces six requests through lib, each on a plain host on Express and SQLite, and counts what a reader of one has to
 * follow. `npm run trace` prints the counts; `npm run trace -- --files login` prints the way of one request.
 *
 * - A request **passes** a file of lib if a function that is written in this file starts between the arrival of the
 *   request and the end of its answer. Whether lib, Nest or TypeORM calls the function makes no difference.
 * - A **change** is a start in another file than the start before. So a call into another file is one change. The end of
 *   a function is none: the caller is seen again only where its next function starts.
 * - A **return** is a change to a file that the request has passed before. So `files` is `changes - returns + 1`.
 *
 * Not counted: what the boot runs, the background work after the answer, the functions of the host and of the tests,
 * and code that is in no function, such as constants and the initial values of fields.
 *
 * Each request was sent once before, so that what is remembered from one request to the next is there.
 */
import type { INestApplication } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { Background } from '../../../lib/common/background.js';
import { boot, type Host } from '../../support/boot-host.js';
import { type HostileProvider, startHostileProvider } from '../../support/hostile-provider.js';
import { Places } from '../../support/places.js';
import { countsOf, type Start, visitsOf } from './passage.js';
import { STORIES, type Story } from './stories.js';

/** What the tests turn off, and a host has by default. */
const DEFAULTS = { limits: undefined, requireVerification: undefined };

let isUnderWay = false;
let answered: Promise<void> = Promise.resolve();
/** Of the newest request. */
let starts: Start[] = [];

Object.assign(globalThis, {
  started(file: string, line: number) {
    if (isUnderWay) starts.push({ file, line });
  },
});

const { values } = parseArgs({ options: { files: { type: 'string' } } });
await main(values.files);

async function main(name: string | undefined): Promise<void> {
  if (name === undefined) return printCounts();
  const story = STORIES[name];
  if (story) return printFiles(story);
  console.error(`--files is one of ${Object.keys(STORIES).join(', ')}, not ${name}.`);
  process.exitCode = 2;
}

async function printCounts(): Promise<void> {
  const rows = [['story', 'files', 'changes', 'returns', '']];
  for (const [name, story] of Object.entries(STORIES)) {
    const { files, changes, returns } = countsOf(await trace(story));
    rows.push([name, `${files}`, `${changes}`, `${returns}`, story.title]);
  }
  for (const [name, ...cells] of rows) {
    const title = cells.pop();
    console.log([name.padEnd(8), ...cells.map((cell) => cell.padStart(7)), ` ${title}`].join('  ').trimEnd());
  }
}

async function printFiles(story: Story): Promise<void> {
  const passage = await trace(story);
  const { files, changes, returns } = countsOf(passage);
  console.log(`${story.title}: ${files} files, ${changes} changes, ${returns} returns`);
  for (const [index, { file, line, isReturn }] of visitsOf(passage).entries()) {
    console.log(`${`${index}`.padStart(4)} ${isReturn ? '<-' : '  '} ${file}:${line}`);
  }
}

/** The functions of lib that start during the second of two requests. */
async function trace(story: Story): Promise<Start[]> {
  const provider = await startHostileProvider();
  const places = new Places('sqlite');
  const options = { ...DEFAULTS, ...story.options?.(provider), prepare: record };
  const running = await boot({ adapter: 'express', database: 'sqlite', profile: 'plain' }, places, options);
  try {
    return await traceSecond(running.host, story, provider);
  } finally {
    await running.stop();
    await places.close();
    await provider.close();
  }
}

async function traceSecond(host: Host, { requests }: Story, provider: HostileProvider): Promise<Start[]> {
  holdBackground(host.app.get(Background));
  const ready = requests(host, provider);
  for (let turn = 1; turn <= 2; turn++) {
    const { value: send } = await ready.next();
    const { status, text } = await send();
    if (status >= 400) throw new Error(`The request failed with ${status}: ${text}`);
    await host.settled();
  }
  return starts;
}

/** Records each request from its arrival to the end of its answer. */
function record(app: INestApplication): void {
  app.use((_request: unknown, response: ServerResponse, next: () => void) => {
    starts = [];
    isUnderWay = true;
    answered = new Promise((resolve) => {
      response.once('finish', () => {
        isUnderWay = false;
        resolve();
      });
    });
    next();
  });
}

/** Background work mostly begins after the answer; now all of it does. */
function holdBackground(background: Background): void {
  const run = background.run.bind(background);
  const runUnseen = background.runUnseen.bind(background);
  Object.assign(background, {
    run: (name: string, work: () => unknown) => run(name, () => answered.then(work)),
    runUnseen: (name: string, work: () => unknown) => runUnseen(name, () => answered.then(work)),
  } satisfies Partial<Background>);
}
