import assert from 'node:assert/strict';

/** Bob becomes a clerk; Cleo an analyst, and then a clerk as well. Each time every route is asked. */
export async function guardsTheBackOffice({ nobody, ada, bob, cleo, admin, give }) {
  const [{ id }] = await ada.call('GET /orders', 200);
  await knocks(nobody, id, { orders: 401, ship: 401, report: 401 });
  await knocks(ada, id, { orders: 403, ship: 403, report: 403 });
  await knocks(admin, id, { orders: 200, ship: 403, report: 403 });
  await give(cleo, 'analyst', 200);
  await knocks(cleo, id, { orders: 403, ship: 403, report: 403 });
  await give(cleo, 'clerk', 200);
  await knocks(cleo, id, { orders: 200, ship: 200, report: 200 });
  await give(bob, 'clerk', 200);
  await knocks(bob, id, { orders: 200, ship: 409, report: 403 });
}

async function knocks(client, id, { orders, ship, report }) {
  await client.call('GET /back-office/orders', orders);
  await client.call(`POST /back-office/orders/${id}/ship`, ship);
  await client.call('GET /back-office/report', report);
}

export async function ships({ ada, bob, cleo }, app) {
  const { id } = await ada.call('POST /orders', 201, { lines: [{ product: 'cup', quantity: 1 }] });
  const [newest] = await bob.call('GET /back-office/orders', 200);
  assert.deepEqual(Object.keys(newest), ['id', 'status', 'lines', 'totalCents', 'customer']);
  assert.deepEqual([newest.id, newest.customer], [id, 'ada@example.com']);

  const route = `/back-office/orders/${id}/ship`;
  const statuses = await Promise.all(
    [bob, cleo, bob, cleo].map(({ credential, url }) =>
      fetch(url + route, { method: 'POST', headers: credential }).then(({ status }) => status),
    ),
  );
  assert.equal(statuses.filter((status) => status === 200).length, 1);
  await app.find(new RegExp(`To ada@example.com: Your order ${id} is on its way`));
  assert.equal((await ada.call(`GET /orders/${id}`, 200)).status, 'shipped');
  for (const unknown of [id + 1, 'x', '99999999999']) {
    await bob.call(`POST /back-office/orders/${unknown}/ship`, 404);
  }
}

export async function reports({ cleo }) {
  assert.deepEqual(await cleo.call('GET /back-office/report', 200), [
    { product: 'cup', quantity: 1, turnoverCents: 1200 },
    { product: 'kettle', quantity: 1, turnoverCents: 3900 },
    { product: 'tea', quantity: 4, turnoverCents: 1800 },
  ]);
}
