import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose, Type as TypeOf } from 'class-transformer';
import { IsString, ValidateNested } from 'class-validator';
import {
  AdminCreateDto,
  BaseUser,
  bearer,
  jwt,
  RegisterDto,
  RoleCreateDto,
  UserReadDto,
  UsersModule,
  type UsersModuleOptionsFactory,
  UsersService,
  UuidRole,
  UuidSession,
  UuidUser,
} from 'nestjs-users';
import { devise, django, phpass, wordpress } from 'nestjs-users/schemes';
import { randomUUID } from 'node:crypto';
import {
  Column,
  type ColumnOptions,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { startModule, MailingService, refusal } from '../support/boot.js';
import { SECRET } from '../support/host.js';
import { User } from '../support/users.js';

class TokenMailingService extends UsersService {
  override sendVerificationToken(): void {}
}

/** A scheme that could stand first, but for what a test takes from it. */
const first = {
  name: 'first',
  owns: (hash: string) => hash.startsWith('first:'),
  verify: async (password: string, hash: string) => hash === `first:${password}`,
  hash: async (password: string) => `first:${password}`,
  isCurrent: () => true,
};

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

test('a host that verifies users by itself says so, and needs no mail', async () => {
  const options = { verification: 'elsewhere', service: UsersService };
  await expect(startModule(options)).resolves.toBeUndefined();
  await expect(startModule({ ...options, service: MailingService })).resolves.toBeUndefined();
});

test('options that are right boot', async () => {
  await expect(startModule({})).resolves.toBeUndefined();
  await expect(
    startModule({ service: undefined, requireVerification: false, verification: undefined }),
  ).resolves.toBeUndefined();
});

describe('a host’s mistake stops the boot with a sentence that names option and mend', () => {
  test.each([
    [{ secret: undefined }, /^nestjs-users: secret is missing; set it to at least 32 random bytes/],
    [{ secret: '' }, /secret is missing/],
    [{ secret: [] }, /secret is missing/],
    [{ secret: 'x'.repeat(31) }, /secret has fewer than 32 bytes; make one with `npx/],
    [{ secret: [SECRET, 'short'] }, /secret has fewer than 32 bytes/],
    [
      { secret: 'a-secret-of-at-least-32-bytes-from-the-docs' },
      /secret is the example from the documentation/,
    ],
    [{ secret: `${SECRET}\n` }, /secret begins or ends with white space .*; trim it\.$/],
    [{ secret: 'a'.repeat(40) }, /secret can be guessed: .*; make one with `npx nestjs-users secret`\.$/],
    [{ secrets: { access: 'short' } }, /secrets\.access has fewer than 32 bytes/],
    [{ secrets: { verification: ` ${SECRET}` } }, /secrets\.verification begins or ends with white space/],
    [{ secrets: { resetPassword: [SECRET, 'abc'.repeat(12)] } }, /secrets\.resetPassword can be guessed/],
    [
      { secrets: { acess: SECRET } },
      /the option secrets\.acess does not exist; the options here are verification/,
    ],
    [{ regstration: {} }, /the option regstration does not exist; the options here are entities/],
    [
      { registration: { pth: 'x' } },
      /the option registration\.pth does not exist; the options here are path/,
    ],
    [{ registration: true }, /registration must be an object of options/],
    [{ entities: {} }, /entities\.user is missing; give it your entity/],
    [{ entities: { user: 'User' } }, /entities\.user must be the class of your entity/],
    [{ service: class {} }, /service must be a class that extends UsersService/],
    [{ isGlobal: 'yes' }, /isGlobal must be true or false/],
    [{ requireVerification: 'false' }, /requireVerification must be true or false/],
    [{ backends: [] }, /backends must hold at least one backend/],
    [
      { backends: { jwt: { lifetimeSeconds: 900 } } },
      /backends must be a list of \{ name, transport, strategy \}; pass the settings of a backend to its transport and its strategy, such as jwt\(\{ lifetimeSeconds: 900 \}\)/,
    ],
    [
      { backends: [{ transport: bearer(), strategy: jwt() }] },
      /backends\[0\]\.name is missing; give it a name/,
    ],
    [{ backends: ['jwt'] }, /backends\[0\] must be \{ name, transport, strategy \}/],
    [
      { backends: [{ name: 'a/b', transport: bearer(), strategy: jwt() }] },
      /backends\[0\]\.name must have only letters/,
    ],
    [
      { backends: [1, 2].map(() => ({ name: 'a', transport: bearer(), strategy: jwt() })) },
      /backends\[1\]\.name a is already taken/,
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
    [{ currentUser: { freshLoginSeconds: -1 } }, /currentUser\.freshLoginSeconds must be a whole number/],
    [{ passwords: { schemes: [] } }, /passwords\.schemes must name one or more of argon2id, bcrypt/],
    [{ passwords: { schemes: ['md5'] } }, /passwords\.schemes must name one or more/],
    [{ passwords: { schemes: ['argon2id', null] } }, /passwords\.schemes must name one or more/],
    [
      { passwords: { schemes: [django()] } },
      /passwords\.schemes: django stands first, so it hashes new passwords, but it has no hash\(\); put 'argon2id' before it/,
    ],
    [{ passwords: { schemes: [{ ...django(), hash: async () => 'x' }] } }, /but it has no isCurrent\(\)/],
    [
      { passwords: { schemes: ['argon2id', { ...django(), name: '' }] } },
      /passwords\.schemes\[1\]\.name must be/,
    ],
    [
      { passwords: { schemes: ['argon2id', { name: 'old-shop', owns: () => true }] } },
      /passwords\.schemes\[1\]\.verify must be a function/,
    ],
    [
      { passwords: { schemes: ['argon2id', { ...django(), fault: 'none' }] } },
      /passwords\.schemes\[1\]\.fault must be a function/,
    ],
    [
      { passwords: { schemes: ['argon2id', { ...django(), examples: 'none' }] } },
      /passwords\.schemes\[1\]\.examples must be a list of hashes/,
    ],
    [{ passwords: { schemes: ['argon2id', 'argon2id'] } }, /has argon2id twice; leave one out/],
    [{ passwords: { schemes: ['argon2id', django(), django()] } }, /has django twice; leave one out/],
    [
      { passwords: { schemes: ['argon2id', 'bcrypt', devise({ pepper: 'x' })] } },
      /bcrypt stands before devise and owns its hashes, too/,
    ],
    [
      { passwords: { schemes: ['argon2id', phpass(), wordpress()] } },
      /phpass stands before wordpress and owns its hashes, too/,
    ],
    [
      { passwords: { schemes: ['argon2id', { ...django(), examples: ['x'] }] } },
      /django does not own its own examples/,
    ],
    [
      { passwords: { schemes: [{ ...first, verify: async () => true }] } },
      /first hashes new passwords, but its verify\(\) does not tell a right password from a wrong one/,
    ],
    [
      { passwords: { schemes: [{ ...first, hash: async () => 'other' }] } },
      /first hashes new passwords, but its hash\(\) failed/,
    ],
    [
      { passwords: { schemes: [{ ...first, isCurrent: () => false }] } },
      /its isCurrent\(\) does not accept its own hash/,
    ],
    [
      { passwords: { schemes: [{ ...first, fault: () => 'must be shorter' }] } },
      /its own hash must be shorter/,
    ],
    [
      { passwords: { legacyLoginSeconds: 0 } },
      /passwords\.legacyLoginSeconds must be a number from 0.1 to 30/,
    ],
    [{ passwords: { minLength: 20, maxLength: 10 } }, /passwords\.maxLength must be a whole number from 20/],
    [{ passwords: { minlength: 20 } }, /the option passwords\.minlength does not exist/],
    [
      { passwords: { schemes: ['bcrypt', 'argon2id'], bcrypt: { acceptTruncated: true } } },
      /passwords\.bcrypt\.acceptTruncated needs passwords\.schemes to be \['argon2id', 'bcrypt'\]/,
    ],
    [
      { passwords: { schemes: ['argon2id'], bcrypt: { acceptTruncated: true } } },
      /passwords\.bcrypt\.acceptTruncated needs passwords\.schemes to be/,
    ],
    [
      { passwords: { bcrypt: { acceptTruncated: 1 } } },
      /passwords\.bcrypt\.acceptTruncated must be true or false/,
    ],
    [
      { passwords: { schemes: ['argon2id', django] } },
      /passwords\.schemes: django lacks its parentheses; write django\(\)/,
    ],
    [
      { backends: [{ name: 'a', transport: bearer(), strategy: jwt('1h' as never) }] },
      /backends\.a: jwt\(\) takes an object of options: lifetimeSeconds/,
    ],
    [
      { passwordReset: { tokenLifetimeSeconds: '1h' } },
      /passwordReset\.tokenLifetimeSeconds must be a whole number from 1 to \d+\./,
    ],
    [
      { passwords: { bcrypt: { rounds: 3 } } },
      /passwords\.bcrypt\.rounds must be a whole number from 4 to 31/,
    ],
    [
      { service: UsersService, verification: undefined, requireVerification: true },
      /requireVerification needs verification: \{\}, .*; add it, or set requireVerification: false, or set verification: 'elsewhere'/,
    ],
    [{ verification: 'here' }, /verification must be an object of options/],
    [{ registration: 'elsewhere' }, /registration must be an object of options/],
    [
      { service: UsersService, requireVerification: false, verification: {} },
      /verification needs sendVerificationToken\(\)/,
    ],
    [
      { service: UsersService, requireVerification: false, verification: undefined, passwordReset: {} },
      /passwordReset needs sendPasswordResetToken\(\)/,
    ],
    [
      { registration: { concealExisting: true }, requireVerification: false },
      /concealExisting needs requireVerification/,
    ],
    [
      { service: TokenMailingService, registration: { concealExisting: true } },
      /registration\.concealExisting needs sendRegistrationAttempt\(\) in your service to tell the owner/,
    ],
    [
      { registration: { concealExisting: true }, currentUser: { emailChange: 'immediate' } },
      /concealExisting is of no use beside currentUser\.emailChange 'immediate'/,
    ],
    [
      { currentUser: { emailChange: 'later' } },
      /currentUser\.emailChange must be 'confirmed', 'immediate' or false/,
    ],
    [
      { currentUser: { emailChange: 'confirmed' }, verification: 'elsewhere' },
      /currentUser\.emailChange 'confirmed' needs the feature verification/,
    ],
    [{ currentUser: { deletion: 'false' } }, /currentUser\.deletion must be true or false/],
    [{ registration: { concealExisting: 1 } }, /registration\.concealExisting must be true or false/],
    [{ identifier: 'username' }, /identifier: User has no column username; name one of its columns/],
    [{ identifier: 'fullName' }, /identifier: User\.fullName needs a unique index, such as @Column/],
    [{ identifier: ['email', 'username'] }, /identifier: User has no column username/],
    [{ identifier: ['email', 'fullName'] }, /identifier: User\.fullName needs a unique index/],
    [
      {
        auth: { loginPath: 'verify' },
        verification: {},
        backends: [{ name: 'jwt', path: '', transport: bearer(), strategy: jwt() }],
      },
      /two routes of the features have the path POST \/auth\/verify; give one of them another path/,
    ],
    [{ identifier: [] }, /identifier must name one property, or 'email' and one other property/],
    [
      { identifier: ['fullName', 'username'] },
      /identifier must name one property, or 'email' and one other property/,
    ],
    [
      { identifier: ['email', 'email'] },
      /identifier must name one property, or 'email' and one other property/,
    ],
    [
      { identifier: ['email', 'a', 'b'] },
      /identifier must name one property, or 'email' and one other property/,
    ],
    [{ identifier: 1 }, /identifier must name one property, or 'email' and one other property/],
    [{ normalizeIdentifier: 'lower' }, /normalizeIdentifier must be a function that returns the stored form/],
    [{ entities: User }, /entities must be an object of your entities, such as \{ user: User \}/],
    [
      { entities: { user: User, sessions: User } },
      /the option entities\.sessions does not exist; the options here are user/,
    ],
    [{ service: new MailingService() }, /service must be a class that extends UsersService/],
    [{ service: null }, /service must be a class that extends UsersService/],
    [{ dtos: RegisterDto }, /dtos must be an object/],
    [{ imports: User }, /imports must be a list/],
    [{ auth: [] }, /auth must be an object of options/],
    [{ useFactory: () => ({}) }, /forRoot\(\) takes no useFactory; write UsersModule\.forRootAsync\(\)/],
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
    await startModule(withId(PrimaryGeneratedColumn('uuid'), unique));
  });

  test('an id that its transformer makes another of', async () => {
    const withId = (from: (id: number) => unknown) => {
      const transformer = { from, to: (id: unknown) => Number(String(id).replace('usr_', '')) };
      class Coded extends BaseUser {
        @PrimaryGeneratedColumn('increment', { transformer } as object)
        id!: string;
      }
      Entity(`coded_${randomUUID()}`)(Coded);
      return { entities: { user: Coded } };
    };
    const sentence = /the transformer of Coded\.id changes the stored id; let it change only the type/;
    expect(await refusal(withId((id) => `usr_${id}`))).toMatch(sentence);
    expect(await refusal(withId((id) => ({ value: id })))).toMatch(sentence);
    await startModule(withId(BigInt));
  });

  test('a transformer by whose values nobody could be found', async () => {
    const withEmail = (transformer: object, more: object = {}) => {
      class Coded extends UuidUser {
        @Column({ type: 'varchar', length: 320, unique: true, transformer } as ColumnOptions)
        override email!: string;
      }
      Entity(`coded_${randomUUID()}`)(Coded);
      return { entities: { user: Coded }, ...more };
    };
    const salted = {
      to: (text: string) => `${randomUUID()} ${text}`,
      from: (stored: string) => stored.split(' ')[1],
    };
    const oneWay = {
      to: (text: string) => Buffer.from(text).toString('hex'),
      from: (stored: string) => stored,
    };
    const folding = { to: (text: string) => text.toLowerCase(), from: (stored: string) => stored };
    expect(await refusal(withEmail(salted))).toMatch(
      /entities\.user: the transformer of Coded\.email stores one value in different forms, .*; let to\(\) return the same form/,
    );
    const another = /transformer of Coded\.email returns another value than was stored; let from\(\) reverse/;
    expect(await refusal(withEmail(oneWay))).toMatch(another);
    await startModule(withEmail(folding));
    // Else one account would be guessed at by many spellings, each with limits of its own.
    const normalizeIdentifier = (text: string) => text.trim();
    expect(await refusal(withEmail(folding, { normalizeIdentifier }))).toMatch(another);
    await startModule(
      withEmail([
        {
          to: (text: string) => text.split('').reverse().join(''),
          from: (stored: string) => stored.split('').reverse().join(''),
        },
      ]),
    );
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
    await startModule({ ...options, dtos: { register: NamedRegisterDto } });
    await startModule({ ...options, registration: undefined });

    class NamedCreateDto extends AdminCreateDto {
      @IsString()
      nickname!: string;
    }
    const administered = { ...options, registration: undefined, userManagement: {} };
    expect(await refusal(administered)).toMatch(
      /dtos\.adminCreate: AdminCreateDto lacks nickname, which Named needs; add it with/,
    );
    await startModule({ ...administered, dtos: { adminCreate: NamedCreateDto } });
  });

  test('a column that nothing could fill of a role or a session', async () => {
    @Entity('titled_role')
    class TitledRole extends UuidRole {
      @Column({ type: 'varchar' })
      title!: string;
    }
    @Entity('titled_member')
    class TitledMember extends UuidUser {
      @ManyToMany(() => TitledRole)
      @JoinTable()
      roles!: Relation<TitledRole[]>;
    }
    @Entity('named_device_session')
    class DeviceSession extends UuidSession {
      @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
      user!: Relation<User>;

      @Column({ type: 'varchar' })
      device!: string;
    }
    class TitledCreateDto extends RoleCreateDto {
      @IsString()
      title!: string;
    }
    const roles = { entities: { user: TitledMember, role: TitledRole } };
    expect(await refusal({ ...roles, roleManagement: {} })).toMatch(
      /dtos\.roleCreate: RoleCreateDto lacks title, which TitledRole needs/,
    );
    await startModule({ ...roles, roleManagement: { createDto: TitledCreateDto } });
    await startModule(roles);
    expect(await refusal({ entities: { user: User, session: DeviceSession } })).toMatch(
      /entities\.session: DeviceSession needs device, which the library does not write; give the column a default/,
    );
  });

  test('a column of an embedded object that registration could not fill', async () => {
    class Address {
      @Column({ type: 'varchar' })
      city!: string;

      @Column({ type: 'varchar', default: 'none' })
      street!: string;
    }
    @Entity('housed')
    class Housed extends UuidUser {
      @Column(() => Address)
      address!: Address;
    }
    class CityDto {
      @IsString()
      city!: string;
    }
    class StreetDto {
      @IsString()
      street!: string;
    }
    const withAddress = (type: new () => object) => {
      class HousedDto extends RegisterDto {}
      ValidateNested()(HousedDto.prototype, 'address');
      TypeOf(() => type)(HousedDto.prototype, 'address');
      return { entities: { user: Housed }, dtos: { register: HousedDto } };
    };
    const sentence = /lacks address\.city, which Housed needs/;
    expect(await refusal({ entities: { user: Housed } })).toMatch(sentence);
    expect(await refusal(withAddress(StreetDto))).toMatch(sentence);
    await startModule(withAddress(CityDto));
  });

  test('an update may leave out what nobody shall change, but not the proof of who changes it', async () => {
    class PasswordDto {
      @IsString()
      password!: string;
    }
    class NameDto {
      @IsString()
      fullName!: string;
    }
    expect(await refusal({ currentUser: { updateDto: PasswordDto } })).toMatch(
      /currentUser\.updateDto: PasswordDto has no class-validator decorator on currentPassword; add one/,
    );
    await startModule({ currentUser: { updateDto: NameDto }, dtos: { adminUpdate: NameDto } });
  });

  test('DTO classes without decorators', async () => {
    class Bare {
      email!: string;
      password!: string;
    }
    class Untyped extends RegisterDto {
      @ValidateNested()
      address?: object;
    }
    class Outer extends RegisterDto {
      @ValidateNested()
      @TypeOf(() => Untyped)
      inner?: Untyped;
    }
    for (const register of [Untyped, Outer])
      expect(await refusal({ dtos: { register } })).toMatch(
        /dtos\.register: Untyped\.address has @ValidateNested\(\), but no class to validate; add @Type\(\(\) => …\)/,
      );
    expect(await refusal({ dtos: { register: Bare } })).toMatch(
      /dtos\.register: Bare has no class-validator decorator on email; add one, or extend RegisterDto/,
    );
    expect(await refusal({ dtos: { read: Bare } })).toMatch(
      /dtos\.read: Bare shows no property; add @Expose\(\)/,
    );
    expect(await refusal({ dtos: { login: 'LoginDto' } })).toMatch(/dtos\.login must be a class/);
    expect(await refusal({ dtos: { resgister: RegisterDto } })).toMatch(
      /the option dtos\.resgister does not exist/,
    );
    expect(await refusal({ auth: { readDto: Bare } })).toMatch(/auth\.readDto: Bare shows no property/);
    expect(await refusal({ currentUser: { updateDto: Bare } })).toMatch(
      /currentUser\.updateDto: Bare reads no property; add a class-validator decorator to each property/,
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
      /HashReadDto exposes passwordHash, which must never be shown/,
    );
    expect(await refusal({ ...worker, dtos: { read: BareReadDto } }, [Office])).toMatch(
      /exposes the relation office with all its columns; add @Type/,
    );
    expect(await refusal({ ...worker, auth: { readDto: BareReadDto } }, [Office])).toMatch(
      /auth\.readDto: BareReadDto exposes the relation office/,
    );
    await startModule({ ...worker, dtos: { read: TypedReadDto } }, [Office]);
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
          useFactory: async () => settings as never,
          ...plan,
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
    [
      undefined,
      /useFactory of forRootAsync returned nothing; let it return the settings, at least \{ secret \}/,
    ],
    [null, /useFactory of forRootAsync must return the settings/],
    [[SECRET], /useFactory of forRootAsync must return the settings/],
    ...['auth', 'entities', 'identifier', 'protectAll', 'userManagment'].map((option) => [
      { secret: SECRET, [option]: {} },
      option === 'userManagment'
        ? /the option userManagment does not exist/
        : new RegExp(
            `the option ${option} must be known before a factory runs; pass it to forRootAsync beside`,
          ),
    ]),
    [
      { secret: SECRET, passwordReset: { path: 'x' } },
      /the option passwordReset\.path must be known before a factory runs/,
    ],
    [
      { secret: SECRET, passwordReset: { pth: 'x' } },
      /the option passwordReset\.pth does not exist; the options here are/,
    ],
    [{ secret: SECRET, passwordReset: 60 }, /passwordReset must be an object/],
    [
      { secret: SECRET, verification: { tokenLifetimeSeconds: 60 } },
      /settings of verification, which is not registered; write verification: \{\} beside useFactory/,
    ],
    [
      { secret: SECRET, backends: [{ name: 'jwt', transport: bearer(), strategy: jwt() }] },
      /backends of the factory must be an object of settings by name, .*; pass the list of backends to forRootAsync beside/,
    ],
    [{ secret: SECRET, backends: { jwt: 900 } }, /backends\.jwt must be an object/],
    [
      { secret: SECRET, backends: { jwtt: {} } },
      /the option backends\.jwtt does not exist; the options here are jwt/,
    ],
    [
      { secret: SECRET, backends: { jwt: { lifetime: 1 } } },
      /the option backends\.jwt\.lifetime does not exist/,
    ],
  ] as [object, RegExp][])('%#: what a factory may not say stops the boot', async (settings, sentence) => {
    await expect(forRootAsync(settings)).rejects.toThrow(sentence);
  });

  test('settings come from a class, which the module makes or another module has', async () => {
    @Injectable()
    class Configuration {
      readonly secret = SECRET;
    }
    @Injectable()
    class UsersSettings implements UsersModuleOptionsFactory {
      constructor(private readonly configuration: Configuration) {}

      async createUsersModuleOptions() {
        return { secret: this.configuration.secret, passwordReset: { tokenLifetimeSeconds: 88 } };
      }
    }
    Reflect.defineMetadata('design:paramtypes', [Configuration], UsersSettings);
    @Module({ providers: [Configuration, UsersSettings], exports: [Configuration, UsersSettings] })
    class ConfigurationModule {}

    for (const source of [{ useClass: UsersSettings }, { useExisting: UsersSettings }]) {
      const plan = {
        imports: [ConfigurationModule],
        useFactory: undefined,
        requireVerification: false,
        ...source,
      };
      const app = (await forRootAsync({}, plan)).createNestApplication();
      await app.init();
      const service = app.get(UsersService);
      const user = await service.addUser({ email: 'ada@example.com' });
      const token = await service.generateToken(user, 'reset-password');
      const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
      expect(exp - iat).toBe(88);
      await app.close();
    }

    class Empty {}
    const made = (source: object) => forRootAsync({}, { useFactory: undefined, ...source });
    await expect(made({ useClass: Empty })).rejects.toThrow(
      /^nestjs-users: useClass of forRootAsync: Empty needs the method/,
    );
  });

  test.each([
    [
      undefined,
      /^nestjs-users: UsersModule\.forRootAsync\(\) needs options, at least useFactory and entities\.$/,
    ],
    [{ entities: { user: User } }, /useFactory of forRootAsync is missing; give it a function/],
    [
      { useFactory: () => ({ entities: { user: User } }) },
      /entities of forRootAsync is missing; give it \{ user: User \} beside the factory/,
    ],
    [{ entities: { user: User }, useFactory: {} }, /useFactory of forRootAsync is missing/],
    [
      { entities: { user: User }, inject: User, useFactory: () => ({}) },
      /inject of forRootAsync must be a list/,
    ],
    [
      { entities: { user: User }, useClass: User, useFactory: () => ({}) },
      /^nestjs-users: useFactory and useClass of forRootAsync exclude each other/,
    ],
    [{ entities: { user: User }, useClass: 'x' }, /useClass of forRootAsync must be a class/],
    [{ entities: { user: User }, useClass: User, inject: [] }, /inject of forRootAsync must be a list/],
  ])('%#: what Nest could not call', (options, sentence) => {
    expect(() => UsersModule.forRootAsync(options as never)).toThrow(sentence);
    expect(() => UsersModule.forRoot(undefined as never)).toThrow(
      /forRoot\(\) needs options, at least secret and/,
    );
  });
});
