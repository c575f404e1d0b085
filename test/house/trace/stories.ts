import { RolesService } from 'nestjs-users';
import { type Host, type HostOptions, PASSWORD } from '../../support/boot-host.js';
import type { HostileProvider } from '../../support/hostile-provider.js';
import { BEARER, clientOf, Visitor, withProviders } from '../../support/oauth2.js';
import { Member, Role } from '../../support/users.js';

/** A request that is ready to be sent. */
export type Send = () => PromiseLike<{ status: number; text: string }>;

/** One kind of request, which can be sent again and again. */
export interface Story {
  title: string;
  /** What its host needs beside the features that every host of the tests has. */
  options?: (provider: HostileProvider) => HostOptions;
  /** Makes one request ready after the other. */
  requests: (host: Host, provider: HostileProvider) => AsyncGenerator<Send, never>;
}

/** By the names that `--files` takes. */
export const STORIES: Readonly<Record<string, Story>> = {
  login: {
    title: 'POST /auth/jwt/login',
    async *requests({ api, addUser }) {
      const { email } = await addUser();
      for (;;) yield () => api.post('/auth/jwt/login', { email, password: PASSWORD });
    },
  },
  me: {
    title: 'GET /users/me',
    async *requests({ login }) {
      const { api } = await login();
      for (;;) yield () => api.get('/users/me');
    },
  },
  reset: {
    title: 'POST /auth/reset-password',
    async *requests({ api, addUser, service }) {
      const { id } = await addUser();
      for (;;) {
        const token = await service.generateToken(await service.getUser(id), 'reset-password');
        yield () => api.post('/auth/reset-password', { token, password: 'a quite new password' });
      }
    },
  },
  address: {
    title: 'PATCH /users/me of an address, which waits for its confirmation',
    async *requests({ login }) {
      const { api } = await login();
      for (;;) yield () => api.patch('/users/me', { email: 'lovelace@example.com' });
    },
  },
  oauth2: {
    title: 'GET /auth/acme/callback, a login by an account that is linked',
    options: (provider) => ({ ...BEARER, ...withProviders([clientOf('acme', provider)]) }),
    async *requests(host, provider) {
      for (;;) {
        const visitor = new Visitor(host);
        const callback = provider.authorize(await visitor.authorize('/auth/acme/authorize'));
        yield () => visitor.back(callback);
      }
    },
  },
  role: {
    title: 'PUT /users/roles/assign',
    options: () => ({ user: Member, role: Role, roleManagement: {} }),
    async *requests({ app, login, addUser }) {
      const { api } = await login({ email: 'root@example.com', isSuperuser: true });
      const { id: userId } = await addUser();
      for (let count = 1; ; count++) {
        const { id: roleId } = await app.get(RolesService).addRole({ name: `role ${count}` });
        yield () => api.put('/users/roles/assign', { userId, roleId });
      }
    },
  },
};
