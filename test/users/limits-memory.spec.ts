import { Counter } from '../../lib/accounts/limits/counter.js';

test('a counter in memory keeps 20,000 subjects: it forgets who was quiet longest, and nobody else', async () => {
  const counter = Counter.create('test', { attempts: 2, windowSeconds: 3600 }, undefined, '');
  for (let guess = 0; guess < 3; guess++) await counter.take('victim');
  for (let guess = 0; guess < 3; guess++) await counter.take('quiet');
  expect(await counter.take('quiet')).toBeGreaterThan(0);

  const victim = [];
  for (let stranger = 0; stranger < 60_000; stranger++) {
    await counter.take(`stranger ${stranger}`);
    if (stranger % 1000 === 0) victim.push(await counter.take('victim'));
  }
  expect(victim.filter((milliseconds) => milliseconds === 0)).toEqual([]);
  expect(await counter.take('quiet')).toBe(0);
});
