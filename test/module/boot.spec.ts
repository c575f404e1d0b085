import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose, Type as TypeOf } from 'class-transformer';
import { IsString } from 'class-validator';
import { bearer, jwt, RegisterDto, UserReadDto, UsersModule, UsersService, UuidUser } from 'nestjs-users';
import { randomUUID } from 'node:crypto';
import {
  Column,
  type ColumnOptions,
  Entity,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { boot, MailingService, refusal } from '../support/boot.js';
import { SECRET } from '../support/host.js';
import { User } from '../support/users.js';

const flag = { type: 'boolean', default: false };
const time = { type: 'datetime', default: () => 'CURRENT_TIMESTAMP' };
const OWN_COLUMNS = {
  email: { type: 'varchar' },
  passwordHash: { type: 'varchar', nullable: true, select: false },
  isActive: flag,
  isVerified: flag,
  isSuperuser: flag,
  tokenVersion: { type: 'integer' },
  createdAt: time,
  updatedAt: time,
} as Record<string, ColumnOptions>;

test('options that are right boot', async () => {
  await expect(boot({})).resolves.toBeUndefined();
  await expect(boot({ service: undefined, requireVerification: false })).resolves.toBeUndefined();
});

describe('a host’s mistake stops the boot with a sentence that names option and mend', () => {
  test.each([
    [{ secret: undefined }, /^nestjs-users: secret is missing; set it to at least 32 random bytes/],
    [{ secret: '' }, /secret is missing/],
    [{ secret: [] }, /secret is missing/],
    [{ secret: 'x'.repeat(31) }, /secret has fewer than 32 bytes; make one with `openssl/],
    [{ secret: [SECRET, 'short'] }, /secret has fewer than 32 bytes/],
    [
      { secret: 'a-secret-of-at-least-32-bytes-from-the-docs' },
      /secret is the example from the documentation/,
    ],
    [{ secrets: { access: 'short' } }, /secrets\.access has fewer than 32 bytes/],
    [{ secrets: { acess: SECRET } }, /the option secrets\.acess does not exist; here are verification/],
    [{ regstration: {} }, /the option regstration does not exist; here are entities/],
    [{ registration: { pth: 'x' } }, /the option registration\.pth does not exist; here are path/],
    [{ registration: true }, /registration must be an object of options/],
    [{ entities: {} }, /entities\.user is missing; give it your entity/],
    [{ service: class {} }, /service must be a class that extends UsersService/],
    [{ isGlobal: 'yes' }, /isGlobal must be true or false/],
    [{ requireVerification: 'false' }, /requireVerification must be true or false/],
    [{ backends: [] }, /backends must hold at least one backend/],
    [
      { backends: [{ name: 'a/b', transport: bearer(), strategy: jwt() }] },
      /backends\[0\]\.name must be of letters/,
    ],
    [
      { backends: [1, 2].map(() => ({ name: 'a', transport: bearer(), strategy: jwt() })) },
      /backends\[1\]\.name a is taken/,
    ],
    [{ backends: [{ name: 'a', transport: bearer() }] }, /backends\.a\.strategy is missing; give it jwt\(\)/],
    [{ backends: [{ name: 'a', strategy: jwt() }] }, /backends\.a\.transport is missing; give it bearer\(\)/],
    [
      { backends: [{ name: 'a', transport: bearer(), strategy: jwt({ lifetimeSeconds: 0 }) }] },
      /backends\.a\.lifetimeSeconds must be a whole number/,
    ],
    [
      { backends: [{ name: 'a', transport: bearer(), strategy: jwt({ lifetime: 1 } as never) }] },
      /backends\.a: jwt\(\)\.lifetime does not exist/,
    ],
    [
      { passwordReset: { tokenLifetimeSeconds: 1.5 } },
      /passwordReset\.tokenLifetimeSeconds must be a whole number/,
    ],
    [{ currentUser: { requireFreshLogin: -1 } }, /currentUser\.requireFreshLogin must be a whole number/],
    [{ passwords: { schemes: [] } }, /passwords\.schemes must name one or more of argon2id, bcrypt/],
    [{ passwords: { schemes: ['md5'] } }, /passwords\.schemes must name one or more/],
    [{ passwords: { minLength: 20, maxLength: 10 } }, /passwords\.maxLength must be a whole number from 20/],
    [{ passwords: { minlength: 20 } }, /the option passwords\.minlength does not exist/],
    [
      { passwords: { bcrypt: { rounds: 3 } } },
      /passwords\.bcrypt\.rounds must be a whole number from 4 to 31/,
    ],
    [{ service: UsersService }, /requireVerification needs sendVerificationToken\(\) in your service/],
    [
      { service: UsersService, requireVerification: false, verification: {} },
      /verification needs sendVerificationToken\(\)/,
    ],
    [
      { service: UsersService, requireVerification: false, passwordReset: {} },
      /passwordReset needs sendPasswordResetToken\(\)/,
    ],
    [
      { registration: { concealExisting: true }, requireVerification: false },
      /concealExisting needs requireVerification/,
    ],
    [
      { registration: { concealExisting: true }, currentUser: { emailChange: 'immediate' } },
      /concealExisting is of no use beside currentUser\.emailChange 'immediate'/,
    ],
    [
      { currentUser: { emailChange: 'later' } },
      /currentUser\.emailChange must be 'confirmed' or 'immediate'/,
    ],
    [
      { currentUser: { emailChange: 'confirmed' } },
      /currentUser\.emailChange 'confirmed' needs the feature verification/,
    ],
    [{ currentUser: { deletion: 'false' } }, /currentUser\.deletion must be true or false/],
    [{ registration: { concealExisting: 1 } }, /registration\.concealExisting must be true or false/],
    [{ identifier: 'username' }, /entities\.user: User has no column username/],
    [{ identifier: 'fullName' }, /entities\.user: User\.fullName needs a unique index/],
  ])('%#: %j', async (options, sentence) => {
    const message = await refusal(options);
    expect(message).toMatch(sentence);
    expect(message.match(/[.!?](\s|$)/g)).toHaveLength(1);
  });

  test('an entity without the columns', async () => {
    @Entity('bare')
    class Bare {
      @PrimaryColumn('uuid')
      id!: string;
    }
    expect(await refusal({ entities: { user: Bare } })).toMatch(
      /Bare has no column email; extend UuidUser or IntUser/,
    );
  });

  test('a hash that every query would select', async () => {
    @Entity('open_hash')
    class OpenHash extends UuidUser {
      @Column({ type: 'varchar', nullable: true })
      override passwordHash?: string | null;
    }
    expect(await refusal({ entities: { user: OpenHash } })).toMatch(
      /passwordHash of OpenHash must have select: false/,
    );
  });

  test('a user entity of the host’s own making', async () => {
    const withId = (id: PropertyDecorator, options: object) => {
      class Own {
        id!: string;
      }
      id(Own.prototype, 'id');
      for (const [name, column] of Object.entries({ ...OWN_COLUMNS, ...options }))
        Column(column)(Own.prototype, name);
      Entity(`own_${randomUUID()}`)(Own);
      return { entities: { user: Own } };
    };
    expect(await refusal(withId(PrimaryColumn('uuid'), {}))).toMatch(/Own\.email needs a unique index/);
    const unique = { email: { type: 'varchar', unique: true } };
    expect(await refusal(withId(PrimaryColumn('varchar'), unique))).toMatch(
      /primary key of Own must be one column id, a UUID or an integer/,
    );
    await boot(withId(PrimaryGeneratedColumn('uuid'), unique));
  });

  test('a column that registration could not fill', async () => {
    @Entity('named')
    class Named extends UuidUser {
      @Column({ type: 'varchar' })
      nickname!: string;
    }
    class NamedRegisterDto extends RegisterDto {
      @IsString()
      nickname!: string;
    }
    const options = { entities: { user: Named } };
    expect(await refusal(options)).toMatch(/dtos\.register: RegisterDto lacks nickname, which Named needs/);
    await boot({ ...options, dtos: { register: NamedRegisterDto } });
    await boot({ ...options, registration: undefined });
  });

  test('DTO classes without decorators', async () => {
    class Bare {
      email!: string;
      password!: string;
    }
    expect(await refusal({ dtos: { register: Bare } })).toMatch(
      /dtos\.register: Bare has no class-validator decorator on email; add one, or extend RegisterDto/,
    );
    expect(await refusal({ dtos: { read: Bare } })).toMatch(
      /dtos\.read: Bare shows nothing; put @Expose\(\)/,
    );
    expect(await refusal({ dtos: { login: 'LoginDto' } })).toMatch(/dtos\.login must be a class/);
    expect(await refusal({ dtos: { resgister: RegisterDto } })).toMatch(
      /the option dtos\.resgister does not exist/,
    );
    expect(await refusal({ auth: { readDto: Bare } })).toMatch(/auth\.readDto: Bare shows nothing/);
    expect(await refusal({ currentUser: { updateDto: Bare } })).toMatch(
      /currentUser\.updateDto: Bare has no class-validator decorator on/,
    );
  });

  test('a read DTO that shows a secret or a whole relation', async () => {
    @Entity('office')
    class Office {
      @PrimaryColumn()
      id!: number;
    }
    @Entity('worker')
    class Worker extends UuidUser {
      @ManyToOne(() => Office, { nullable: true })
      office!: Relation<Office> | null;
    }
    class OfficeReadDto {
      @Expose()
      id!: number;
    }
    class HashReadDto extends UserReadDto {
      @Expose()
      passwordHash!: string;
    }
    class BareReadDto extends UserReadDto {
      @Expose()
      office!: Office;
    }
    class TypedReadDto extends UserReadDto {
      @Expose()
      @TypeOf(() => OfficeReadDto)
      office!: OfficeReadDto;
    }
    const worker = { entities: { user: Worker } };
    expect(await refusal({ dtos: { read: HashReadDto } })).toMatch(
      /HashReadDto exposes passwordHash, which nobody may see/,
    );
    expect(await refusal({ ...worker, dtos: { read: BareReadDto } }, [Office])).toMatch(
      /exposes the relation office with all its columns; add @Type/,
    );
    expect(await refusal({ ...worker, auth: { readDto: BareReadDto } }, [Office])).toMatch(
      /auth\.readDto: BareReadDto exposes the relation office/,
    );
    await boot({ ...worker, dtos: { read: TypedReadDto } }, [Office]);
  });
});

describe('forRootAsync', () => {
  const forRootAsync = (settings: object, plan: object = {}) => {
    @Module({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: ':memory:',
          entities: [User],
          synchronize: true,
        }),
        UsersModule.forRootAsync({
          entities: { user: User },
          service: MailingService,
          auth: {},
          passwordReset: { tokenLifetimeSeconds: 60 },
          ...plan,
          useFactory: async () => settings as never,
        }),
      ],
    })
    class HostModule {}
    return Test.createTestingModule({ imports: [HostModule] }).compile();
  };

  test('settings come from a factory, per backend and per feature', async () => {
    const settings = {
      secret: SECRET,
      backends: { jwt: { lifetimeSeconds: 77 } },
      passwordReset: { tokenLifetimeSeconds: 88 },
      requireVerification: false,
    };
    const app = (await forRootAsync(settings)).createNestApplication();
    await app.init();
    const service = app.get(UsersService);
    const user = await service.addUser({ email: 'ada@example.com', password: 'correct horse battery' });
    const token = await service.generateToken(user, 'reset-password');
    const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    expect(exp - iat).toBe(88);
    await app.close();
  });

  test.each([
    [{}, /secret is missing/],
    [{ secret: SECRET, auth: {} }, /the option auth does not exist/],
    [
      { secret: SECRET, passwordReset: { path: 'x' } },
      /the option passwordReset\.path does not exist; here are tokenLifetimeSeconds/,
    ],
    [
      { secret: SECRET, verification: { tokenLifetimeSeconds: 60 } },
      /the option verification does not exist/,
    ],
    [{ secret: SECRET, backends: { jwtt: {} } }, /the option backends\.jwtt does not exist; here are jwt/],
    [
      { secret: SECRET, backends: { jwt: { lifetime: 1 } } },
      /the option backends\.jwt\.lifetime does not exist/,
    ],
  ])('%#: what a factory may not say stops the boot', async (settings, sentence) => {
    await expect(forRootAsync(settings)).rejects.toThrow(sentence);
  });
});
