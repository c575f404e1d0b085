import type { Type } from '@nestjs/common';
import { Exclude, Expose, Transform, Type as TypeOf } from 'class-transformer';
import { RoleReadDto, serializeAs, UserReadDto, UuidRole, UuidUser } from 'nestjs-users';
import {
  AfterLoad,
  Column,
  Entity,
  JoinTable,
  ManyToMany,
  OneToMany,
  ManyToOne,
  PrimaryColumn,
} from 'typeorm';
import { onEachHost, PASSWORD } from '../support/host.js';

const ADA = { email: 'ada@example.com', password: PASSWORD };
const JSON_VALUE = { theme: 'dark', mails: { weekly: true }, tags: ['a', { b: null }] };

class Address {
  @Column({ type: 'varchar', length: 100, nullable: true })
  street?: string | null;

  @Exclude()
  @Column({ type: 'varchar', length: 20, nullable: true })
  doorCode?: string | null;
}

@Entity('app_reading_role')
class Role extends UuidRole {
  @Column({ type: 'simple-json', nullable: true })
  settings?: unknown;
}

@Entity('app_reader')
class Reader extends UuidUser {
  readonly kind: string = 'reader';
  loads = 0;

  @Column({ type: 'varchar', length: 100, nullable: true })
  fullName?: string | null;

  @Column({ type: 'simple-json', nullable: true })
  settings?: unknown;

  @Column(() => Address)
  address!: Address;

  @OneToMany(() => Note, (note) => note.reader)
  notes!: Note[];

  @OneToMany(() => Note, (note) => note.lazyReader)
  lazyNotes!: Promise<Note[]>;

  @ManyToMany(() => Role)
  @JoinTable({ name: 'app_reader_role' })
  roles!: Role[];

  get initials(): string {
    return (this.fullName ?? this.email).slice(0, 2);
  }

  @AfterLoad()
  count(): void {
    this.loads++;
  }
}

@Entity('app_note')
class Note {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'simple-json' })
  body!: unknown;

  @Column({ type: 'varchar', length: 20 })
  secret!: string;

  @ManyToOne(() => Reader, { onDelete: 'CASCADE', nullable: false })
  reader!: Reader;

  @ManyToOne(() => Reader, { onDelete: 'CASCADE', nullable: true, lazy: true })
  lazyReader?: Promise<Reader | null>;

  get length(): number {
    return JSON.stringify(this.body).length;
  }
}

class NoteReadDto {
  @Expose()
  body!: unknown;

  @Expose()
  length!: number;
}

/** What a DTO that only renames shows. */
class PlainReadDto extends UserReadDto {
  @Expose()
  settings!: unknown;

  @Expose()
  address!: unknown;

  @Expose({ name: 'short_name' })
  initials!: string;

  @Expose()
  kind!: string;

  @Expose()
  loads!: number;

  @Expose({ groups: ['administrators'] })
  fullName!: string;

  @Exclude()
  override isSuperuser!: boolean;
}

class FullReadDto extends PlainReadDto {
  @Expose()
  @TypeOf(() => NoteReadDto)
  notes!: NoteReadDto[];

  @Expose()
  @Transform(({ value }: { value: string }) => value.toUpperCase())
  override email!: string;

  @Expose()
  @Transform(({ obj }: { obj: Reader }) => ({ initials: obj.initials, settings: obj.settings }))
  card!: unknown;

  @Expose()
  get greeting(): string {
    return `Hello ${this.initials}`;
  }

  @Expose()
  nameTag(): string {
    return `<${this.initials}>`;
  }

  @Expose({ since: 2 })
  @TypeOf(() => String)
  createdAt!: string;
}

class SettingsRoleReadDto extends RoleReadDto {
  @Expose()
  settings!: unknown;

  @Expose()
  @Transform(({ value }: { value: string }) => value.toUpperCase())
  override name!: string;
}

onEachHost((boot, _adapter, _database, profile) => {
  // A ClassSerializerInterceptor takes it for a class, and throws.
  const SETTINGS = { ...JSON_VALUE, ...(profile === 'plain' && { constructor: { name: 'x' } }) };

  const reading = (read: Type, more: object = {}) =>
    boot({
      user: Reader,
      role: Role,
      entities: [Note],
      dtos: { read, ...more },
      roleManagement: {},
    });

  test('JSON, embedded objects and getters are shown as they are, whatever stands beside them', async () => {
    const shown = {
      settings: SETTINGS,
      address: { street: 'Main St' },
      short_name: 'Ad',
      kind: 'reader',
      loads: 1,
      isActive: true,
    };
    const hidden = ['isSuperuser', 'fullName', 'passwordHash', 'tokenVersion', 'initials', 'lazyNotes'];
    for (const read of [PlainReadDto, FullReadDto]) {
      const { api, login, users } = await reading(read);
      const ada = await login();
      const address = { street: 'Main St', doorCode: '1234' };
      await users.save({ id: ada.user.id, fullName: 'Ada L', settings: SETTINGS, address } as never);
      const { body } = await ada.api.get('/users/me').expect(200);
      expect(body).toMatchObject(shown);
      const loaded = await users.findOneByOrFail({ id: ada.user.id });
      const { notes: _, ...columns } = body;
      expect(JSON.parse(JSON.stringify(serializeAs(read, loaded)))).toMatchObject(columns);
      expect(serializeAs(read, [loaded])).toEqual([serializeAs(read, loaded)]);
      expect(() => serializeAs(read, Promise.resolve(loaded))).toThrow(/await the promise/);
      for (const property of hidden) expect(body).not.toHaveProperty(property);
      const answer = await api.post('/auth/register', { ...ADA, email: 'bob@example.com' }).expect(201);
      expect(answer.body).toMatchObject({ short_name: 'bo', settings: null });
    }
  });

  test('getters, methods, types and transforms of the DTO see what the entity has', async () => {
    const {
      login,
      users,
      rows,
      app: _,
    } = await boot({
      user: Reader,
      role: Role,
      entities: [Note],
      dtos: { read: FullReadDto },
      currentUser: { loadOptions: { relations: { notes: true } } as never },
    });
    const ada = await login();
    await users.save({ id: ada.user.id, fullName: 'Ada L', settings: SETTINGS } as never);
    const reader = { id: ada.user.id };
    await rows(Note).save({ id: 1, body: SETTINGS, secret: 's3cret', reader } as never);

    const { body } = await ada.api.get('/users/me').expect(200);
    expect(body).toMatchObject({
      email: 'ADA@EXAMPLE.COM',
      card: { initials: 'Ad', settings: SETTINGS },
      greeting: 'Hello Ad',
      nameTag: '<Ad>',
      notes: [{ body: SETTINGS, length: JSON.stringify(SETTINGS).length }],
    });
    expect(body.createdAt).toEqual(expect.stringMatching(/20\d\d/));
    expect(JSON.stringify(body)).not.toContain('s3cret');
  });

  test('roles are shown so, too', async () => {
    const { login } = await reading(UserReadDto, { roleRead: SettingsRoleReadDto });
    const root = await login({ isSuperuser: true });
    const { body: made } = await root.api.post('/users/roles', { name: 'editor' }).expect(201);
    expect(made).toMatchObject({ name: 'EDITOR', settings: null });
  });
});
