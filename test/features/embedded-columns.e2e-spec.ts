import { Expose, Type } from 'class-transformer';
import { IsDefined, IsNotEmpty, IsOptional, IsString, ValidateNested } from 'class-validator';
import {
  AdminCreateDto,
  AdminUpdateDto,
  type HttpRequest,
  IsOmittable,
  RegisterDto,
  UserReadDto,
  UserUpdateDto,
  UuidUser,
} from 'nestjs-users';
import { Column, Entity } from 'typeorm';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';

class Place {
  @Column({ type: 'varchar', length: 50, nullable: true })
  country?: string | null;

  @Column({ type: 'integer', default: 7 })
  zone!: number;
}

class Address {
  @Column({ type: 'varchar', length: 50 })
  city!: string;

  @Column({ type: 'varchar', length: 50, nullable: true })
  street?: string | null;

  /** Of the name of a column that nobody sets of themselves. */
  @Column({ type: 'boolean', default: false })
  isActive!: boolean;

  @Column(() => Place)
  place!: Place;
}

class Contact {
  /** Of the name of the identifier. */
  @Column({ name: 'contact_email', type: 'varchar', length: 320, nullable: true })
  email?: string | null;

  @Column({ name: 'contact_phone', type: 'varchar', length: 30, nullable: true })
  phone?: string | null;

  /** No DTO declares it. */
  @Column({ type: 'varchar', length: 30, nullable: true })
  blockedBy?: string | null;
}

@Entity('embedding_user')
class Resident extends UuidUser {
  @Column(() => Address)
  address!: Address;

  @Column(() => Contact, { prefix: false })
  contact!: Contact;
}

class PlaceDto {
  @IsOptional()
  @IsString()
  country?: string | null;
}

class AddressDto {
  @IsString()
  @IsNotEmpty()
  city!: string;

  @IsOptional()
  street?: unknown;

  @IsOmittable()
  isActive?: boolean;

  @IsOmittable()
  @ValidateNested()
  @Type(() => PlaceDto)
  place?: PlaceDto;
}

class ContactDto {
  @IsOptional()
  @IsString()
  email?: string;

  @IsOptional()
  @IsString()
  @Expose({ name: 'phone_number' })
  phone?: string;
}

class AddressUpdateDto extends AddressDto {
  @IsOmittable()
  override city!: string;
}

const needs = (target: object, dto: () => new () => object) => {
  ValidateNested()(target, 'address');
  Type(dto)(target, 'address');
  IsOptional()(target, 'contact');
  ValidateNested()(target, 'contact');
  Type(() => ContactDto)(target, 'contact');
};

class ResidentRegisterDto extends RegisterDto {
  address!: AddressDto;
  contact?: ContactDto | null;
}
needs(ResidentRegisterDto.prototype, () => AddressDto);
IsDefined()(ResidentRegisterDto.prototype, 'address');

class ResidentCreateDto extends AdminCreateDto {
  address!: AddressDto;
  contact?: ContactDto | null;
}
needs(ResidentCreateDto.prototype, () => AddressDto);

class ResidentUpdateDto extends UserUpdateDto {
  @IsOptional()
  address?: AddressUpdateDto | null;
  contact?: ContactDto | null;
}
needs(ResidentUpdateDto.prototype, () => AddressUpdateDto);

class ResidentAdminUpdateDto extends AdminUpdateDto {
  @IsOptional()
  address?: AddressUpdateDto | null;
  contact?: ContactDto | null;
}
needs(ResidentAdminUpdateDto.prototype, () => AddressUpdateDto);

class PlaceReadDto {
  @Expose()
  country!: string | null;
}

class AddressReadDto {
  @Expose()
  city!: string;

  @Expose({ name: 'road' })
  street!: string | null;

  @Expose()
  @Type(() => PlaceReadDto)
  place!: PlaceReadDto;
}

class ResidentReadDto extends UserReadDto {
  @Expose()
  @Type(() => AddressReadDto)
  address!: AddressReadDto;
}

const OPTIONS = {
  user: Resident,
  dtos: {
    register: ResidentRegisterDto,
    update: ResidentUpdateDto,
    adminCreate: ResidentCreateDto,
    adminUpdate: ResidentAdminUpdateDto,
    read: ResidentReadDto,
  },
};

const BERN = { city: 'Bern', street: 'Aarweg 1', isActive: true, place: { country: 'CH' } };
const ADA = { email: 'ada@example.com', password: PASSWORD, address: BERN };

const stored = async ({ users }: Host, email: string) =>
  (await users.findOneByOrFail({ email })) as unknown as Resident;

onEachHost((boot) => {
  test('what a DTO nests is stored, and a change of one field leaves the others', async () => {
    const host = await boot(OPTIONS);
    const { api } = host;
    const registered = await api
      .post('/auth/register', { ...ADA, contact: { email: 'Desk@Example.com', phone_number: '031' } })
      .expect(201);
    expect(registered.body.address).toEqual({ city: 'Bern', road: 'Aarweg 1', place: { country: 'CH' } });
    const before = await stored(host, ADA.email);
    expect(before).toMatchObject({ address: { ...BERN, place: { country: 'CH', zone: 7 } } });
    expect(before).toMatchObject({ contact: { email: 'Desk@Example.com', phone: '031' }, isActive: true });

    const ada = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
    const { body } = await ada.patch('/users/me', { address: { street: null } }).expect(200);
    expect(body.address).toMatchObject({ city: 'Bern', road: null });
    await ada.patch('/users/me', { address: { place: { country: 'AT' } }, contact: {} }).expect(200);
    expect((await ada.get('/users/me').expect(200)).body.address).toEqual({
      ...{ city: 'Bern', road: null, place: { country: 'AT' } },
    });
    expect(await stored(host, ADA.email)).toMatchObject({
      address: { city: 'Bern', isActive: true, place: { zone: 7 } },
      contact: { email: 'Desk@Example.com', phone: '031' },
    });
    await host.users.update({ email: ADA.email }, { contact: { blockedBy: 'the server' } } as object);
    await ada.patch('/users/me', { contact: null }).expect(200);
    expect((await stored(host, ADA.email)).contact).toEqual({
      ...{ email: null, phone: null, blockedBy: 'the server' },
    });
  });

  test('what does not fit is refused by its place, and nothing is stored', async () => {
    const host = await boot(OPTIONS);
    const { api, users } = host;
    const faultOf = async (body: object) => {
      const answer = await api.post('/auth/register', { ...ADA, ...body }).expect(422);
      return (answer.body as { detail: { loc: string[] }[] }).detail[0]?.loc.join('.');
    };
    for (const street of [['a', 'b'], { a: 1 }, [[1]]]) {
      expect(await faultOf({ address: { ...BERN, street } })).toBe('body.address.street');
    }
    expect(await faultOf({ address: { ...BERN, city: 5 } })).toBe('body.address.city');
    expect(await faultOf({ address: {} })).toBe('body.address.city');
    expect(await faultOf({ contact: { phone_number: 5 } })).toBe('body.contact.phone_number');
    for (const address of ['Bern', 5, [], null, undefined]) {
      expect(await faultOf({ address })).toMatch(/^body\.address/);
    }
    expect(await users.count()).toBe(0);
    await api.post('/auth/register', ADA).expect(201);
    const ada = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
    // `@IsOptional()` lets `null` in, where a column can't be.
    await ada.patch('/users/me', { address: null }).expect(422, /"address"/);
    expect((await stored(host, ADA.email)).address.city).toBe('Bern');
  });

  test('a name that is protected on the user is a name like any other within', async () => {
    const host = await boot(OPTIONS);
    await host.api
      .post('/auth/register', { ...ADA, isActive: false, isSuperuser: true, city: 'Rome' })
      .expect(201);
    const user = await stored(host, ADA.email);
    expect(user).toMatchObject({ isActive: true, isSuperuser: false, address: BERN });
  });

  test('administrators, hooks and code write them too', async () => {
    const seen: unknown[] = [];
    const host = await boot({
      ...OPTIONS,
      hooks: {
        preRegistrationHook(data: object) {
          Object.assign((data as Resident).address, { street: 'of a hook' });
        },
        preUpdateHook(_user: unknown, changes: object, _request?: HttpRequest) {
          seen.push(structuredClone((changes as Partial<Resident>).address));
        },
        postUpdateHook(user: unknown) {
          seen.push((user as Resident).address.city);
        },
      },
    });
    const { api, service } = host;
    await host.addUser({ email: 'root@example.com', isSuperuser: true, address: BERN } as never);
    const root = await api.loggedIn('root@example.com', PASSWORD, 'jwt');
    const { body } = await root
      .post('/users', { email: 'bob@example.com', address: { city: 'Graz' } })
      .expect(201);
    expect(body.address).toEqual({ city: 'Graz', road: null, place: { country: null } });
    const changed = await root
      .patch(`/users/${body.id}`, { address: { place: { country: 'AT' } } })
      .expect(200);
    expect(changed.body.address).toEqual({ city: 'Graz', road: null, place: { country: 'AT' } });
    expect(seen).toEqual([{ place: { country: 'AT' } }, 'Graz']);

    await api.post('/auth/register', ADA).expect(201);
    expect((await stored(host, ADA.email)).address.street).toBe('of a hook');
    await service.updateUser(body.id, { address: { street: 'Ring 2' } } as never);
    const found = await service.getUserBy({ address: { city: 'Graz', street: 'Ring 2' } } as never);
    expect(found?.email).toBe('bob@example.com');
    expect(await service.getUserBy({ address: { place: { country: 'FR' } } } as never)).toBeUndefined();
    for (const where of [{ address: {} }, { address: { city: undefined } }, { address: { place: {} } }]) {
      await expect(service.getUserBy(where as never)).rejects.toBeInstanceOf(TypeError);
    }
  });
});
