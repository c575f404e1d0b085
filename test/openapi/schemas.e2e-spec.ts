import { Controller, Get, type INestApplication, UseGuards, VersioningType } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDateString,
  IsEnum,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsPositive,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import {
  AdminCreateDto,
  Authenticated,
  IntUser,
  IsOmittable,
  Public,
  RegisterDto,
  Superuser,
  UserReadDto,
  UserUpdateDto,
  UuidUser,
} from 'nestjs-users';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { onEachAdapter } from '../support/host.js';
import { documentOf, operationsOf } from './whole-host.js';

enum Plan {
  Free = 'free',
  Paid = 'paid',
}

class Address {
  @Column({ type: 'varchar', length: 50 })
  city!: string;

  @Column({ type: 'varchar', length: 50, nullable: true })
  street?: string | null;
}

@Entity('doc_order')
class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 20 })
  title!: string;

  @ManyToOne(() => Customer, ({ orders }) => orders)
  customer!: Relation<Customer>;
}

@Entity('doc_customer')
class Customer extends UuidUser {
  @Column({ type: 'varchar', length: 100, unique: true })
  username!: string;

  @Column({ type: 'integer', default: 3 })
  seats!: number;

  @Column({ type: 'simple-json', nullable: true })
  settings?: unknown;

  @Column({ type: 'datetime', nullable: true })
  seenAt?: Date | null;

  @Column({ type: 'varchar', length: 9, default: Plan.Free })
  plan!: Plan;

  @Column(() => Address)
  address!: Address;

  @OneToMany(() => Order, ({ customer }) => customer)
  orders!: Relation<Order[]>;
}

class AddressDto {
  @IsString()
  @MaxLength(50)
  city!: string;

  @IsOptional()
  @IsString()
  street?: string | null;
}

class CustomerRegisterDto extends RegisterDto {
  @IsString()
  @Matches(/^[a-z]+$/)
  @MinLength(3)
  @Expose({ name: 'user_name' })
  username!: string;

  @IsOmittable()
  @IsInt()
  @Min(1)
  @Max(9)
  seats?: number;

  @IsOmittable()
  @IsEnum(Plan)
  plan?: Plan;

  @IsOptional()
  @IsIn(['de', 'fr'])
  language?: string | null;

  @IsOmittable()
  @IsArray()
  @ArrayMaxSize(4)
  @IsUrl({}, { each: true })
  links?: string[];

  @ValidateNested()
  @Type(() => AddressDto)
  address!: AddressDto;

  @IsOmittable()
  @ValidateNested({ each: true })
  @Type(() => AddressDto)
  others?: AddressDto[];

  @IsNotEmpty()
  @ApiProperty({ description: 'Told by the host.', type: 'integer', example: 7 })
  told!: unknown;
}

class AddressReadDto {
  @Expose()
  city!: string;

  @Expose({ name: 'road' })
  street!: string | null;
}

class ThemeReadDto {
  @Expose()
  isDark!: boolean;
}

class SettingsReadDto {
  @Expose()
  language!: string;

  @Expose({ name: 'themes' })
  @Type(() => ThemeReadDto)
  all!: ThemeReadDto[];

  @Expose()
  more!: unknown;
}

class BadgeDto {
  @Expose()
  label!: string;
}

class OrderReadDto {
  @Expose()
  title!: string;
}

class CustomerReadDto extends UserReadDto {
  @Expose({ name: 'user_name' })
  username!: string;

  @Expose()
  seats!: number;

  @Expose()
  @Type(() => SettingsReadDto)
  settings!: SettingsReadDto | null;

  @Expose()
  @ApiProperty({ type: () => BadgeDto })
  @Transform(() => ({ label: 'new' }))
  badge!: unknown;

  @Expose()
  seenAt!: Date | null;

  @Expose()
  @Type(() => AddressReadDto)
  address!: AddressReadDto;

  @Expose()
  @Type(() => OrderReadDto)
  orders!: OrderReadDto[];

  @Expose()
  @Transform(() => 'x')
  label!: string;

  @Expose()
  get isPaid(): boolean {
    return false;
  }
}

class ListedReadDto extends CustomerReadDto {
  @Expose({ name: 'seat_count' })
  declare seats: number;

  @Exclude()
  declare seenAt: Date | null;
}

class CustomerCreateDto extends AdminCreateDto {
  @IsString()
  username!: string;

  @ValidateNested()
  @Type(() => AddressDto)
  address!: AddressDto;
}

class NarrowUpdateDto extends UserUpdateDto {
  @IsOmittable()
  @IsInt()
  @IsPositive()
  @Expose({ name: 'seat_count' })
  seats?: number;

  @IsOmittable()
  @Matches(/^[a-z]{3}$/i)
  username?: string;

  @IsOmittable()
  @IsDateString()
  seenAt?: string;
}

class NarrowerUpdateDto extends NarrowUpdateDto {
  @IsOmittable()
  @IsInt()
  @Expose({ name: 'places' })
  declare seats?: number;
}

/** A new class for each host: what a document says of it is kept on it. */
function notesController() {
  @Controller('notes')
  class NotesController {
    @Get('open')
    open() {
      return 1;
    }

    @Get('mine')
    @UseGuards(Authenticated())
    mine() {
      return 1;
    }

    @Get('all')
    @UseGuards(Superuser())
    all() {
      return 1;
    }

    @Get('maybe')
    @UseGuards(Authenticated({ optional: true }))
    anybodys() {
      return 1;
    }

    @Get('public')
    @Public()
    everybodys() {
      return 1;
    }
  }
  return NotesController;
}

onEachAdapter('sqlite', (boot) => {
  test('are the host’s DTO classes, by their rules, their names, and what the host says', async () => {
    const host = await boot({
      user: Customer,
      entities: [Order],
      identifier: ['email', 'username'],
      dtos: { register: CustomerRegisterDto, read: CustomerReadDto },
      userManagement: undefined,
    });
    const schemas = documentOf(host).components?.schemas ?? {};
    const text = { type: 'string' };
    const address = { $ref: '#/components/schemas/AddressDto' };
    expect(schemas['CustomerRegisterDto']).toMatchObject({
      required: expect.arrayContaining(['email', 'password', 'user_name', 'address', 'told']),
      properties: {
        email: { type: 'string', format: 'email' },
        user_name: { type: 'string', pattern: '^[a-z]+$', minLength: 3 },
        seats: { type: 'integer', minimum: 1, maximum: 9 },
        plan: { type: 'string', enum: ['free', 'paid'] },
        language: { type: ['string', 'null'], enum: ['de', 'fr', null] },
        links: { type: 'array', maxItems: 4, items: text },
        address,
        others: { type: 'array', items: address },
        told: { type: 'integer', description: 'Told by the host.', example: 7 },
      },
    });
    expect((schemas['CustomerRegisterDto'] as { required: string[] }).required).toHaveLength(5);
    expect(schemas['AddressDto']).toMatchObject({
      required: ['city'],
      properties: { city: { ...text, maxLength: 50 }, street: { type: ['string', 'null'] } },
    });
    expect(schemas['CustomerReadDto']).toMatchObject({
      properties: {
        id: { type: 'string', format: 'uuid' },
        user_name: text,
        seats: { type: 'integer' },
        seenAt: { type: ['string', 'null'], format: 'date-time' },
        address: { $ref: '#/components/schemas/AddressReadDto' },
        orders: { type: 'array', items: { $ref: '#/components/schemas/OrderReadDto' } },
        settings: { anyOf: [{ $ref: '#/components/schemas/SettingsReadDto' }, { type: 'null' }] },
        badge: { $ref: '#/components/schemas/BadgeDto' },
        label: text,
        isPaid: { type: 'boolean' },
      },
    });
    const { required } = schemas['CustomerReadDto'] as { required: string[] };
    expect(required).toEqual(expect.arrayContaining(['id', 'email', 'user_name', 'seats']));
    expect(required).not.toContain('orders');
    expect(required).toContain('address');
    expect(schemas['SettingsReadDto']).toMatchObject({
      properties: {
        language: text,
        themes: { type: 'array', items: { $ref: '#/components/schemas/ThemeReadDto' } },
      },
    });
    expect(schemas['ThemeReadDto']).toMatchObject({ properties: { isDark: { type: 'boolean' } } });
    expect(schemas['BadgeDto']).toMatchObject({ properties: { label: text } });
    expect(schemas['AddressReadDto']).toMatchObject({
      required: ['city'],
      properties: { city: text, road: { type: ['string', 'null'] } },
    });
    const login = operationsOf(documentOf(host)).find(({ operationId }) => operationId === 'auth_jwt_login');
    expect(login?.requestBody?.content['application/x-www-form-urlencoded']?.schema).toMatchObject({
      required: expect.arrayContaining(['username', 'password']),
    });
    expect(schemas['IdentifierLoginDto']).toMatchObject({ properties: { identifier: text, password: text } });
  });

  test('are those of a class itself, where it changes what its base class says', async () => {
    const host = await boot({
      ...{ user: Customer, entities: [Order], identifier: 'username', plain: true },
      dtos: { register: CustomerRegisterDto, adminCreate: CustomerCreateDto, read: CustomerReadDto },
      currentUser: { updateDto: NarrowUpdateDto },
      userManagement: { readDto: ListedReadDto, updateDto: NarrowerUpdateDto },
    });
    // A second document finds what the first one has written.
    documentOf(host);
    const schemas = documentOf(host).components?.schemas ?? {};
    const namesOf = (name: string) =>
      Object.keys((schemas[name] as { properties: object } | undefined)?.properties ?? {});
    const shared = (names: string[]) =>
      names.filter((name) => !['seats', 'seenAt', 'seat_count'].includes(name));
    expect(namesOf('CustomerReadDto')).toEqual(expect.arrayContaining(['seats', 'seenAt']));
    expect(namesOf('ListedReadDto')).toContain('seat_count');
    expect(shared(namesOf('ListedReadDto')).sort()).toEqual(shared(namesOf('CustomerReadDto')).sort());
    expect(namesOf('ListedReadDto')).not.toEqual(expect.arrayContaining(['seats']));
    expect(namesOf('ListedReadDto')).not.toEqual(expect.arrayContaining(['seenAt']));
    expect((schemas['ListedReadDto'] as { required: string[] }).required).toContain('seat_count');

    const {
      seat_count: seats,
      username,
      seenAt,
    } = (schemas['NarrowUpdateDto'] as { properties: Record<string, object> }).properties;
    expect(seats).toEqual({ type: 'integer', minimum: 0, not: { enum: [0] } });
    expect([username, seenAt]).toEqual([{ type: 'string' }, { type: 'string' }]);
    expect(namesOf('NarrowerUpdateDto')).toEqual(expect.arrayContaining(['places', 'username']));
    expect(namesOf('NarrowerUpdateDto')).not.toContain('seat_count');
    expect((schemas['NarrowerUpdateDto'] as { properties: { places: object } }).properties.places).toEqual({
      type: 'integer',
    });
  });

  test.each([
    [{ defaultVersion: '1' }, '/v1/auth/jwt/login'],
    [{ defaultVersion: ['2', '1'], prefix: 'ver-' }, '/ver-2/auth/jwt/login'],
    [{}, '/auth/jwt/login'],
  ])('name the path of a login with the version %o', async (versioning, path) => {
    const prepare = (app: INestApplication) =>
      app.enableVersioning({ type: VersioningType.URI, ...versioning } as never);
    const host = await boot({ prepare, plain: true });
    const { securitySchemes } = documentOf(host).components ?? {};
    expect(securitySchemes?.['jwt']).toMatchObject({ flows: { password: { tokenUrl: path } } });
    const answer = await fetch(`${host.api.url}${path}`, { method: 'POST' });
    expect(answer.status).toBe(422);
  });

  test('know ids that are integers', async () => {
    @Entity('doc_numbered')
    class Numbered extends IntUser {}
    const host = await boot({ user: Numbered, plain: true });
    const document = documentOf(host);
    expect(document.components?.schemas?.['UserReadDto']).toMatchObject({
      properties: { id: { type: 'integer', minimum: 1 } },
    });
    const read = operationsOf(document).find(({ operationId }) => operationId === 'users_read');
    expect(read?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
    ]);
  });

  test.each([
    [{}, { open: undefined, mine: [{ jwt: [] }], all: [{ jwt: [] }], maybe: undefined, public: undefined }],
    [
      { protectAll: true },
      { open: [{ jwt: [] }], mine: [{ jwt: [] }], all: [{ jwt: [] }], maybe: undefined, public: undefined },
    ],
  ])('say with %o which of the host’s own routes need a login', async (options, expected) => {
    const host = await boot({ ...options, host: { controllers: [notesController()] }, plain: true });
    const operations = operationsOf(documentOf(host)).filter(({ path }) => path.startsWith('/notes/'));
    const told = operations.map(({ path, security }) => [path.replace('/notes/', ''), security]);
    expect(Object.fromEntries(told)).toEqual(expected);
    for (const { path, security, responses } of operations) {
      const statuses = security ? ['200', '401', ...(path === '/notes/all' ? ['403'] : [])] : ['200'];
      expect([path, Object.keys(responses).sort()]).toEqual([path, statuses]);
    }
  });

  test('an application without UsersModule gets a sentence', async () => {
    const { Test } = await import('@nestjs/testing');
    const app = (await Test.createTestingModule({}).compile()).createNestApplication();
    expect(() => documentOf({ app })).toThrow('nestjs-users: describeUsers() needs UsersModule');
    await app.close();
  });
});
