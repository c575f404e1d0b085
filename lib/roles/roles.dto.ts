import { Expose } from 'class-transformer';
import { IsString, MaxLength, ValidateIf } from 'class-validator';
import { IsOmittable, Satisfies } from '../common/validation/constraints.js';
import { normalizeRoleName } from './role-name.js';

const IsRoleName = () =>
  Satisfies(
    'roleName',
    (value) => typeof value === 'string' && normalizeRoleName(value) !== undefined,
    'This is not a name that can be used.',
  );

const IsId = () =>
  Satisfies('id', (value) => typeof value === 'string' || typeof value === 'number', 'This is not an id.');

const LONGEST_DESCRIPTION = 255;
const isPresent = (_dto: object, value: unknown): boolean => value !== undefined && value !== null;

/** The body for a new role. */
export class RoleCreateDto {
  @IsRoleName()
  name!: string;

  @ValidateIf(isPresent)
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;
}

/** The fields of a role that may be changed. `null` removes the description. */
export class RoleUpdateDto {
  @IsOmittable()
  @IsRoleName()
  name?: string;

  @ValidateIf(isPresent)
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;
}

/** A role, as answers show it. */
export class RoleReadDto {
  @Expose()
  id!: string | number;

  @Expose()
  name!: string;

  @Expose()
  description!: string | null;
}

/** The user and the role to assign or to revoke. */
export class RoleAssignmentDto {
  @IsId()
  userId!: string | number;

  @IsId()
  roleId!: string | number;
}
