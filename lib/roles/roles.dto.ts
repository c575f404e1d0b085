import { Expose } from 'class-transformer';
import {
  IsString,
  MaxLength,
  Validate,
  ValidateIf,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { IsOmittable } from '../common/validation/constraints.js';
import { normalizeRoleName } from './role-name.js';

@ValidatorConstraint({ name: 'roleName' })
class RoleNameConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && normalizeRoleName(value) !== undefined;
  }

  defaultMessage(): string {
    return 'This is not a name that can be used.';
  }
}

@ValidatorConstraint({ name: 'id' })
class IdConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' || typeof value === 'number';
  }

  defaultMessage(): string {
    return 'This is not an id.';
  }
}

const LONGEST_DESCRIPTION = 255;
const isPresent = (_dto: object, value: unknown): boolean => value !== undefined && value !== null;

/** A role to make. */
export class RoleCreateDto {
  @Validate(RoleNameConstraint)
  name!: string;

  @ValidateIf(isPresent)
  @IsString()
  @MaxLength(LONGEST_DESCRIPTION)
  description?: string | null;
}

/** What may be changed of a role. `null` takes the description away. */
export class RoleUpdateDto {
  @IsOmittable()
  @Validate(RoleNameConstraint)
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
  @Validate(IdConstraint)
  userId!: string | number;

  @Validate(IdConstraint)
  roleId!: string | number;
}
