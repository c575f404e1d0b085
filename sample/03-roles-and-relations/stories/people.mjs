import assert from 'node:assert/strict';

export const PASSWORD = 'correct horse battery';

const namesOf = (roles) => roles.map(({ name }) => name).sort();

/** Ada is a customer and stays one; Bob and Cleo are to be staff. */
export async function gather(nobody, { email, password }) {
  const wanted = { isSuperuser: true, roles: [{ name: 'administrator' }] };
  const register = async (address) => {
    const body = { email: address, password: PASSWORD, ...wanted };
    const user = await nobody.call('POST /auth/register', 201, body);
    assert.deepEqual([user.isSuperuser, user.roles], [false, undefined]);
    return nobody.login(address, PASSWORD);
  };
  const ada = await register('ada@example.com');
  const bob = await register('bob@example.com');
  const cleo = await register('cleo@example.com');
  const admin = await nobody.login(email, password);
  assert.deepEqual([ada.user.roles, namesOf(admin.user.roles)], [[], ['administrator']]);
  assert.equal(admin.user.isSuperuser, false);

  const { items } = await admin.call('GET /users/roles', 200);
  assert.deepEqual(namesOf(items), ['administrator', 'analyst', 'clerk']);
  const roleIds = Object.fromEntries(items.map(({ id, name }) => [name, id]));
  const change = (route) => (who, role, status) =>
    admin.call(route, status, { userId: who.user.id, roleId: roleIds[role] });
  const [give, take] = ['PUT /users/roles/assign', 'PUT /users/roles/revoke'].map(change);
  return { nobody, ada, bob, cleo, admin, give, take, roleIds };
}

export async function givesAndTakesARole({ nobody, ada, bob, give, take, roleIds }) {
  const assignment = { userId: ada.user.id, roleId: roleIds.administrator };
  for (const [client, status] of [
    [nobody, 401],
    [ada, 403],
    [bob, 403],
  ]) {
    await client.call('GET /users/roles', status);
    await client.call('PUT /users/roles/assign', status, assignment);
    await client.call('GET /users', status);
  }

  await ada.call('GET /back-office/orders', 403);
  assert.deepEqual(namesOf((await give(ada, 'clerk', 200)).roles), ['clerk']);
  assert.equal((await give(ada, 'clerk', 409)).detail, 'ROLE_ALREADY_ASSIGNED');
  await ada.call('GET /back-office/orders', 200);
  assert.deepEqual(namesOf((await ada.call('GET /users/me', 200)).roles), ['clerk']);
  assert.deepEqual((await take(ada, 'clerk', 200)).roles, []);
  assert.equal((await take(ada, 'clerk', 409)).detail, 'ROLE_NOT_ASSIGNED');
  await ada.call('GET /back-office/orders', 403);
}

/** They give every role, but change nobody who has one that they lack, and make no superusers. */
export async function limitsAdministrators({ ada, admin, cleo, give, take }) {
  const roles = (await admin.call(`GET /users/${cleo.user.id}`, 200)).roles;
  assert.deepEqual(namesOf(roles), ['analyst', 'clerk']);
  const [found] = (await admin.call('GET /users?search=cleo', 200)).items;
  assert.deepEqual(namesOf(found.roles), ['analyst', 'clerk']);

  await admin.call(`PATCH /users/${cleo.user.id}`, 403, { isActive: false });
  for (const role of ['analyst', 'clerk']) await take(cleo, role, 200);
  await admin.call(`PATCH /users/${cleo.user.id}`, 200, { isActive: false });
  await cleo.call('GET /orders', 401);
  await admin.call(`PATCH /users/${cleo.user.id}`, 200, { isActive: true });
  await give(cleo, 'clerk', 200);

  await admin.call(`PATCH /users/${admin.user.id}`, 403, { isSuperuser: true });
  await admin.call(`PATCH /users/${ada.user.id}`, 403, { isSuperuser: true });
  assert.equal((await admin.call(`DELETE /users/${ada.user.id}`, 409)).detail, 'USER_IN_USE');
}
