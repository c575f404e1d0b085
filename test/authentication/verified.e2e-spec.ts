import { Controller, Get, UseGuards } from '@nestjs/common';
import { Authenticated, type BaseUser, CurrentUser, RolesAccepted } from 'nestjs-users';
import { type Host, onEachAdapter } from '../support/host.js';
import { Member, Role } from '../support/users.js';

@Controller('verified')
class VerifiedController {
  @Get('yes')
  @UseGuards(Authenticated({ verified: true }))
  yes(): object {
    return {};
  }

  @Get('no')
  @UseGuards(Authenticated({ verified: false }))
  no(): object {
    return {};
  }

  @Get('left-out')
  @UseGuards(Authenticated())
  leftOut(): object {
    return {};
  }

  @Get('optional')
  @UseGuards(Authenticated({ verified: true, optional: true }))
  optional(@CurrentUser() user?: BaseUser): object {
    return { email: user?.email ?? null };
  }

  @Get('with-another')
  @UseGuards(Authenticated({ verified: true }), Authenticated({ verified: false }))
  withAnother(): object {
    return {};
  }
}

const ROUTES = ['yes', 'no', 'left-out', 'optional', 'with-another'];
const OPTIONS = { host: { controllers: [VerifiedController] } };
const statuses = async (api: Host['api']) => {
  const found: number[] = [];
  for (const route of ROUTES) found.push((await api.get(`/verified/${route}`)).status);
  return found;
};

onEachAdapter('sqlite', (boot) => {
  test.each([
    [false, false, [403, 200, 200, 200, 403]],
    [false, true, [403, 200, 200, 200, 403]],
    [true, false, [403, 200, 403, 200, 403]],
    [true, true, [403, 200, 403, 200, 403]],
  ])(
    'verified says who may pass where requireVerification is %s and protectAll is %s',
    async (requireVerification, protectAll, unverified) => {
      const { api, login, users } = await boot({ ...OPTIONS, requireVerification, protectAll });
      const ada = await login();
      expect(await statuses(ada.api)).toEqual([200, 200, 200, 200, 200]);
      expect(await statuses(api)).toEqual([401, 401, 401, 200, 401]);
      await ada.api.get('/verified/optional').expect(200, { email: ada.user.email });

      await users.update({ id: ada.user.id as string }, { isVerified: false });
      expect(await statuses(ada.api)).toEqual(unverified);
      await ada.api.get('/verified/optional').expect(200, { email: null });
    },
  );

  test.each([false, true])('a feature asks for it (protectAll: %s)', async (protectAll) => {
    const guards = [Authenticated({ verified: true })];
    const { login, users } = await boot({ protectAll, currentUser: { guards }, userManagement: { guards } });
    const { user, api } = await login({ isSuperuser: true });
    await api.get('/users/me').expect(200);
    await api.get('/users').expect(200);

    await users.update({ id: user.id as string }, { isVerified: false });
    await api.get('/users/me').expect(403, /Confirm your e-mail address first/);
    await api.patch('/users/me', { email: 'mended@example.com' }).expect(403);
    await api.get('/users').expect(403);
    await api.get(`/users/${user.id as string}`).expect(403);
    await api.post('/auth/jwt/logout').expect(204);
  });

  test('beside a role guard', async () => {
    const guards = [Authenticated({ verified: true }), RolesAccepted('helper')];
    const options = { user: Member, role: Role, roleManagement: { guards } };
    const { login, users } = await boot(options);
    const { user, api } = await login({ isSuperuser: true });
    await api.get('/users/roles').expect(200);
    await users.update({ id: user.id as string }, { isVerified: false });
    await api.get('/users/roles').expect(403);
  });
});
