import assert from 'node:assert/strict';

const TEA = { product: 'tea', quantity: 2 };
const KETTLE = { product: 'kettle', quantity: 1 };

export async function placesOrders({ nobody, ada }) {
  await nobody.call('POST /orders', 401, { lines: [TEA] });
  const placed = await ada.call('POST /orders', 201, { lines: [TEA, KETTLE] });
  assert.deepEqual(placed, {
    id: placed.id,
    status: 'placed',
    lines: [
      { ...TEA, unitPriceCents: 450 },
      { ...KETTLE, unitPriceCents: 3900 },
    ],
    totalCents: 4800,
  });
  const second = await ada.call('POST /orders', 201, { lines: [TEA] });
  assert.deepEqual(await ada.call('GET /orders', 200), [second, placed]);
  assert.deepEqual(await ada.call(`GET /orders/${placed.id}`, 200), placed);
}

export async function refusesOddOrders({ ada }) {
  const before = await ada.call('GET /orders', 200);
  await ada.call('POST /orders', 422, {});
  for (const lines of [
    ...['tea', null, [], [null], [[]], Array.from({ length: 21 }, () => TEA)],
    [{ product: 'gold', quantity: 1 }],
    [{ ...TEA, unitPriceCents: 1 }],
    ...[0, 1.5, '2', 101, null].map((quantity) => [{ product: 'tea', quantity }]),
    [TEA, { product: 'tea' }],
  ]) {
    await ada.call('POST /orders', 422, { lines });
  }
  assert.deepEqual(await ada.call('GET /orders', 200), before);
}

export async function showsNobodyElsesOrders({ nobody, ada, bob, admin }) {
  const [{ id }] = await ada.call('GET /orders', 200);
  await nobody.call('GET /orders', 401);
  await nobody.call(`GET /orders/${id}`, 401);
  for (const other of [bob, admin]) {
    assert.deepEqual(await other.call('GET /orders', 200), []);
    for (const each of [id, id + 1, 'x', '1e0', '-1', '99999999999']) {
      await other.call(`GET /orders/${each}`, 404);
    }
  }
}
