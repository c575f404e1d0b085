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

/** A role to make. */
export class RoleCreateDto {
  @IsRoleName()
  name!: string;

  @ValidateIf(isPresent)
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;
}

/** What may be changed of a role. `null` takes the description away. */
export class RoleUpdateDto {
  @IsOmittable()
  @IsRoleName()
  name?: string;

  @ValidateIf(isPresent)
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;
}

/** What is shown of a role. */
export class RoleReadDto {
  @Expose()
  id!: string | number;

  @Expose()
  name!: string;

  @Expose()
  description!: string | null;
}

/** Which role a user shall have, or have no more. */
export class RoleAssignmentDto {
  @IsId()
  userId!: string | number;

  @IsId()
  roleId!: string | number;
}
