// Compiles each sample, runs its tests, and its smoke.mjs, which starts the application: node sample/test.mjs
import { join } from 'node:path';
import { compile, passesTests, samples, succeeds } from './samples.mjs';

const LIMIT_SECONDS = 180;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interruption.abort());

for (const sample of samples) {
  const timeout = AbortSignal.timeout(LIMIT_SECONDS * 1000);
  const options = { signal: AbortSignal.any([timeout, interruption.signal]) };
  const isSound =
    (await compile(sample, options)) &&
    (await passesTests(sample, options)) &&
    (await succeeds([join(sample.path, 'smoke.mjs')], options));

  console.log(`${isSound ? 'works' : 'FAILS'}: ${sample.folder}`);
  if (timeout.aborted) console.log(`It was stopped after ${LIMIT_SECONDS} seconds.`);
  if (!isSound) process.exitCode = 1;
}
