import type { Type } from '@nestjs/common';
import { Expose, Transform, Type as TypeOf } from 'class-transformer';
import { RoleReadDto, UserReadDto, UuidRole, UuidUser } from 'nestjs-users';
import {
  AfterLoad,
  Column,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  type Relation,
  RelationId,
} from 'typeorm';
import { startModule, refusal } from '../support/boot.js';

class Address {
  @Column({ type: 'varchar', nullable: true })
  street?: string | null;
}

@Entity('office')
class Office {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @ManyToOne(() => Worker, { nullable: true })
  head!: Relation<Worker> | null;
}

@Entity('worker_role')
class WorkerRole extends UuidRole {}

@Entity('worker')
class Worker extends UuidUser {
  readonly kind: string = 'worker';

  @Column(() => Address)
  home!: Address;

  @ManyToOne(() => Office, { nullable: true })
  office!: Relation<Office> | null;

  @RelationId(({ office }: Worker) => office)
  officeId!: number | null;

  @ManyToMany(() => WorkerRole)
  @JoinTable()
  roles!: Relation<WorkerRole[]>;

  get initials(): string {
    return this.email.slice(0, 2);
  }
}

/** A read DTO with one more property, of these decorators. */
function exposing(property: string, ...decorators: PropertyDecorator[]): Type {
  class AppReadDto extends UserReadDto {}
  for (const decorate of [Expose(), ...decorators]) decorate(AppReadDto.prototype, property);
  return AppReadDto;
}

class Nothing {
  id!: number;
}

function nested(property: string): Type {
  class NestedReadDto {}
  Expose()(NestedReadDto.prototype, property);
  return NestedReadDto;
}

const worker = { entities: { user: Worker, role: WorkerRole } };
const reading = (read: Type) => refusal({ ...worker, dtos: { read } }, [Office]);
const within = (property: string, dto: Type) =>
  exposing(
    property,
    TypeOf(() => dto),
  );

test('a property that a DTO exposes must be somewhere', async () => {
  expect(await reading(exposing('fullNmae'))).toBe(
    'nestjs-users: dtos.read: AppReadDto exposes fullNmae, which Worker does not have; correct the name, or make it a getter or a @Transform() of AppReadDto.',
  );
  for (const absent of ['street', 'toString', '__proto__']) {
    expect(await reading(exposing(absent))).toMatch(`exposes ${absent}, which Worker does not have`);
  }
});

test('so must those of the DTOs that are nested in it, and they tell no secrets', async () => {
  expect(await reading(within('home', nested('stret')))).toMatch(
    /NestedReadDto exposes stret, which Worker\.home does not have/,
  );
  expect(await reading(within('office', nested('street')))).toMatch(
    /NestedReadDto exposes street, which Office does not have/,
  );
  expect(await reading(within('office', nested('headId')))).toMatch(
    /NestedReadDto exposes headId, which Office does not have/,
  );
  expect(await reading(within('office', Nothing))).toMatch(
    /AppReadDto exposes office, but its @Type\(\) shows no property; name a class with @Expose\(\)/,
  );
  const head = nested('head');
  TypeOf(() => nested('passwordHash'))(head.prototype as object, 'head');
  expect(await reading(within('office', head))).toMatch(/exposes passwordHash, which must never be shown/);
});

test('each option is held to it', async () => {
  const read = exposing('fullNmae');
  const features = ['auth', 'currentUser', 'userManagement'];
  for (const feature of features) {
    expect(await refusal({ ...worker, [feature]: { readDto: read } }, [Office])).toMatch(
      `${feature}.readDto: AppReadDto exposes fullNmae, which Worker does not have`,
    );
  }
  class AppRoleReadDto extends RoleReadDto {}
  Expose()(AppRoleReadDto.prototype, 'colour');
  const roles = [{ dtos: { roleRead: AppRoleReadDto } }, { roleManagement: { readDto: AppRoleReadDto } }];
  for (const given of roles) {
    expect(await refusal({ ...worker, ...given }, [Office])).toMatch(
      /AppRoleReadDto exposes colour, which WorkerRole does not have/,
    );
  }
});

test('what is a column, a getter, a relation’s id, set by code or computed by the DTO passes', async () => {
  class AppReadDto extends within('home', nested('street')) {
    @Expose()
    @TypeOf(() => nested('id'))
    office!: unknown;

    @Expose()
    @Transform(({ obj }: { obj: Worker }) => obj.initials)
    anything!: string;

    @Expose()
    greeting(): string {
      return 'hello';
    }
  }
  for (const property of ['officeId', 'kind', 'initials', 'createdAt'])
    Expose()(AppReadDto.prototype, property);
  await startModule({ ...worker, dtos: { read: AppReadDto } }, [Office]);

  @Entity('listening_worker')
  class ListeningWorker extends UuidUser {
    greeting?: string;

    @AfterLoad()
    greet(): void {
      this.greeting = 'hello';
    }
  }
  const listening = { entities: { user: ListeningWorker } };
  await expect(startModule({ ...listening, dtos: { read: exposing('greeting') } })).resolves.toBeUndefined();
});
