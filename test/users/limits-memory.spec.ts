import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Counter } from '../../lib/users/limits/counter.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapMebibytes = () => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

test('a counter in memory forgets who was quiet longest, and nobody else', async () => {
  const counter = Counter.create('test', { attempts: 2, windowSeconds: 3600 }, undefined, '');
  for (let guess = 0; guess < 3; guess++) await counter.take('victim');
  await counter.take('quiet');
  await counter.take('quiet');

  const before = heapMebibytes();
  for (let stranger = 0; stranger < 200_000; stranger++) {
    await counter.take(`stranger ${stranger}`);
    if (stranger % 1000 === 0) expect(await counter.take('victim')).toBeGreaterThan(0);
  }
  expect(heapMebibytes() - before).toBeLessThan(32);
  expect(await counter.take('quiet')).toBe(0);
  expect(await counter.take('victim')).toBeGreaterThan(0);
});
