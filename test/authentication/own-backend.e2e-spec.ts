import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import {
  Authenticated,
  bearer,
  CurrentUser,
  type Credential,
  type HttpRequest,
  type HttpResponse,
  type Identity,
  type IssuedToken,
  jwt,
  type LoadOptions,
  type Login,
  type Strategy,
  type Transport,
  UserLoadOptions,
  UsersRepository,
} from 'nestjs-users';
import { randomUUID } from 'node:crypto';
import { Column, Entity, ManyToOne, OneToMany, PrimaryColumn, type Relation, type Repository } from 'typeorm';
import { UuidUser } from 'nestjs-users';
import { onEachHost, PASSWORD } from '../support/host.js';

@Entity('own_owner')
class Owner extends UuidUser {
  @OneToMany(() => ApiKey, (key) => key.owner)
  keys!: Relation<ApiKey[]>;
}

@Entity('own_api_key')
class ApiKey {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  key!: string;

  @Column({ type: 'integer' })
  tokenVersion!: number;

  @Column({ type: 'integer' })
  authenticatedAt!: number;

  @ManyToOne(() => Owner, (owner) => owner.keys, { onDelete: 'CASCADE', nullable: false })
  owner!: Relation<Owner>;
}

/** What the strategy wants to find again when it ends the credential. */
interface KeyCredential extends Credential<Owner> {
  row: string;
}

@Injectable()
class ApiKeyStrategy implements Strategy<Owner> {
  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly users: UsersRepository<Owner>,
  ) {}

  async issue(owner: Owner, { authenticatedAt }: Login<Owner>): Promise<IssuedToken> {
    const key = randomUUID();
    await this.keys.insert({
      key,
      tokenVersion: owner.tokenVersion,
      authenticatedAt,
      owner: { id: owner.id },
    });
    return { token: key, lifetimeSeconds: 86_400 };
  }

  async identify(token: string, load?: LoadOptions<Owner>): Promise<KeyCredential | undefined> {
    const found = await this.keys.findOne({ where: { key: token }, loadRelationIds: true });
    const user = await this.users.findById(found?.owner, load);
    if (!found || !user) return undefined;
    const { tokenVersion, authenticatedAt } = found;
    return { user, tokenVersion, authenticatedAt, row: found.key };
  }

  async revoke(identity: Identity<Owner>): Promise<void> {
    const { row, token } = identity as Identity<Owner> & KeyCredential;
    if (row === token) await this.keys.delete({ key: row });
  }
}

@Injectable()
class ApiKeyTransport implements Transport {
  readonly challenge = 'ApiKey';

  read({ headers }: HttpRequest): string | undefined {
    return headers['x-api-key']?.toString();
  }

  deliver({ token }: IssuedToken): object {
    return { api_key: token };
  }

  replace({ token }: IssuedToken, response: HttpResponse): void {
    response.header('X-Api-Key', token);
  }
}

@Controller('keys')
class KeysController {
  @Get()
  @UseGuards(Authenticated({ backends: ['keys'] }))
  @UserLoadOptions<Owner>({ relations: { keys: true } })
  count(@CurrentUser() user: Owner) {
    return { keys: user.keys.length };
  }
}

const OPTIONS = {
  user: Owner,
  entities: [ApiKey],
  imports: [TypeOrmModule.forFeature([ApiKey])],
  backends: [
    { name: 'keys', transport: ApiKeyTransport, strategy: ApiKeyStrategy },
    { name: 'jwt', transport: bearer(), strategy: jwt() },
  ],
  host: { controllers: [KeysController] },
};

onEachHost({ plainOnly: 'a query cache makes what its strategy reads stale' }, (boot) => {
  test('a host’s own transport and strategy are a backend like any other', async () => {
    const { api, addUser } = await boot(OPTIONS);
    await addUser();
    const logIn = async () => {
      const { body } = await api
        .post('/auth/keys/login', { email: 'ada@example.com', password: PASSWORD })
        .expect(200);
      expect(body).toEqual({ api_key: expect.any(String) });
      return api.with({ 'x-api-key': body.api_key });
    };
    const [one, two] = [await logIn(), await logIn()];
    expect((await one.get('/keys').expect(200)).body).toEqual({ keys: 2 });

    await one.post('/auth/keys/logout').expect(204);
    const refused = await one.get('/keys').expect(401);
    expect(refused.headers['www-authenticate']).toBe('ApiKey, Bearer');
    expect((await two.get('/keys').expect(200)).body).toEqual({ keys: 1 });

    const changed = await two.patch('/users/me', { password: 'a new password indeed' }).expect(200);
    await two.get('/users/me').expect(401);
    const fresh = api.with({ 'x-api-key': changed.headers['x-api-key'] ?? '' });
    await fresh.get('/users/me').expect(200);

    const jwtOnly = api.as(await api.login('ada@example.com', 'a new password indeed'));
    await jwtOnly.get('/users/me').expect(200);
    await jwtOnly.get('/keys').expect(401);
    await fresh.post('/auth/keys/logout-all').expect(204);
    await fresh.get('/users/me').expect(401);
    await jwtOnly.get('/users/me').expect(401);
  });
});
