import { IsArray } from 'class-validator';
import {
  AdminCreateDto,
  AdminUpdateDto,
  IntRole,
  RolesAccepted,
  RolesService,
  UuidRole,
  UuidUser,
} from 'nestjs-users';
import {
  Column,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { startModule, refusal } from '../support/boot.js';
import { onEachHost } from '../support/host.js';
import { Member, Role, User } from '../support/users.js';

@Entity('kept_role')
class KeptRole extends UuidRole {}

@Entity('kept_member')
class KeptMember extends UuidUser {
  @ManyToMany(() => KeptRole, { onDelete: 'NO ACTION' })
  @JoinTable()
  roles!: Relation<KeptRole[]>;
}

@Entity('own_role')
class OwnRole {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column({ type: 'varchar' })
  name!: string;
}

@Entity('own_member')
class OwnMember extends UuidUser {
  @ManyToMany(() => OwnRole)
  @JoinTable()
  roles!: Relation<OwnRole[]>;
}

@Entity('numbered_role')
class NumberedRole extends IntRole {
  @Column({ name: 'label', type: 'varchar', length: 100 })
  override name!: string;
}

@Entity('numbered_member')
class NumberedMember extends UuidUser {
  @ManyToMany(() => NumberedRole)
  @JoinTable()
  roles!: Relation<NumberedRole[]>;
}

class CreateWithRoles extends AdminCreateDto {
  @IsArray()
  roles!: string[];
}

class UpdateWithRoles extends AdminUpdateDto {
  @IsArray()
  roles!: string[];
}

describe('a host’s mistake stops the boot with a sentence that names option and mend', () => {
  test.each([
    [
      { entities: { user: User, role: Role } },
      /entities\.role: User has no relation roles to Role; declare @ManyToMany\(\(\) => Role\) @JoinTable\(\) roles\.$/,
    ],
    [
      { entities: { user: Member, role: KeptRole } },
      /entities\.role: Member has no relation roles to KeptRole/,
      [Role],
    ],
    [
      { entities: { user: KeptMember, role: KeptRole } },
      /entities\.role: KeptMember\.roles would prevent the deletion of users and roles/,
    ],
    [
      { entities: { user: OwnMember, role: OwnRole } },
      /entities\.role: OwnRole has no column nameKey; extend UuidRole or IntRole/,
    ],
    [
      { entities: { user: Member, role: 'Role' } },
      /entities\.role must be the class of your entity, which extends UuidRole or IntRole/,
    ],
    [
      { entities: { user: Member, role: Role }, roleManagement: { grant: 'some' } },
      /roleManagement\.grant must be 'any' or 'own'/,
    ],
    ...[
      { dtos: { adminCreate: CreateWithRoles } },
      { dtos: { adminUpdate: UpdateWithRoles } },
      { userManagement: { updateDto: UpdateWithRoles } },
    ].map(
      (options) =>
        [
          { entities: { user: Member, role: Role }, userManagement: {}, ...options },
          /dtos: (Create|Update)WithRoles declares roles, which these bodies do not write; remove them/,
        ] as const,
    ),
    [
      { userManagement: { invitationLifetimeSeconds: 0 } },
      /userManagement\.invitationLifetimeSeconds must be a whole number/,
    ],
    [
      { entities: { user: Member, role: Role }, roleManagement: { updateDto: class Bare {} } },
      /roleManagement\.updateDto: Bare has no class-validator decorator on name/,
    ],
    [
      { entities: { user: Member, role: Role }, roleManagement: { createDto: class Bare {} } },
      /roleManagement\.createDto: Bare has no class-validator decorator on name/,
    ],
    [
      {
        entities: { user: Member, role: Role },
        roleManagement: { loadOptions: { relations: { orders: true } } },
      },
      /roleManagement\.loadOptions names the relation orders, which Role does not have/,
    ],
    [{ dtos: { roleCreate: class {} } }, /dtos\.roleCreate: \S* has no class-validator decorator on name/],
  ] as [object, RegExp, (typeof Role)[]?][])('%#', async (options, sentence, entities = []) => {
    const message = await refusal(options, entities);
    expect(message).toMatch(sentence);
    expect(message.match(/[.!?](\s|$)/g)).toHaveLength(1);
  });

  test('roles with integer ids and a renamed column boot', async () => {
    const options = { entities: { user: NumberedMember, role: NumberedRole }, roleManagement: {} };
    await expect(startModule(options)).resolves.toBeUndefined();
  });
});

onEachHost((boot) => {
  test('a host’s own save() needs to know nothing of keys', async () => {
    const host = await boot({ user: NumberedMember, role: NumberedRole });
    const repository = host.app.get(DataSource).getRepository(NumberedRole);
    const saved = await repository.save({ name: 'Back Office', description: null });
    const service = host.app.get(RolesService);
    expect(await service.getRoleByName('back office')).toMatchObject({ id: saved.id });
    await expect(repository.save({ name: 'BACK OFFICE' })).rejects.toThrow(/unique|duplicate/i);
    await expect(service.addRole({ name: 'back  office' })).rejects.toMatchObject({
      code: 'ROLE_ALREADY_EXISTS',
    });

    saved.name = 'Front Office';
    await repository.save(saved);
    expect(await service.getRoleByName('front office')).toMatchObject({ id: saved.id });
    expect(RolesAccepted('front office').name).toBe('RolesAccepted(["front office"])');
  });
});
