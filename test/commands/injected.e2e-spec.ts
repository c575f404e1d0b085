import { Injectable, Module } from '@nestjs/common';
import { CommandRefusedError, UsersCommands } from 'nestjs-users/commands';
import { onEachHost, PASSWORD } from '../support/host.js';
import { Member, Role } from '../support/users.js';

/** As the page of the command line shows it. */
@Injectable()
class Welcome {
  constructor(private readonly commands: UsersCommands) {}

  async run(email: string) {
    return this.commands.createUser({ email, password: PASSWORD }, { roles: ['clerk'], ifMissing: true });
  }
}

@Module({ providers: [UsersCommands, Welcome] })
class WelcomeModule {}

onEachHost((boot) => {
  test('a module of the host injects the commands', async () => {
    const host = await boot({ user: Member, role: Role, imports: [WelcomeModule] });
    const welcome = host.app.get(Welcome);
    await expect(welcome.run('ada@example.com')).rejects.toThrow(CommandRefusedError);
    expect(await host.users.count()).toBe(0);
    await host.app.get(UsersCommands).createRole('clerk');
    expect(await welcome.run('ada@example.com')).toMatchObject({ isNew: true });
    expect(await welcome.run('ADA@example.com')).toMatchObject({ isNew: false });
    expect(await host.app.get(UsersCommands).showUser('ada@example.com')).toMatchObject({ roles: ['clerk'] });
    await expect(host.app.get(UsersCommands).findUser('eve@example.com')).rejects.toThrow(
      'There is no user eve@example.com.',
    );
  });
});
