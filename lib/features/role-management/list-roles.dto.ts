import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { IsOmittable } from '../../common/validation/constraints.js';
import { toNumber } from '../../common/validation/query-values.js';
import { HIGHEST_ROLES_LIMIT } from '../../roles/roles.repository.js';

/** The query of a list of roles. */
export class ListRolesDto {
  @IsOmittable()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  @Max(HIGHEST_ROLES_LIMIT)
  limit?: number;

  /** The number of the page, from 1. */
  @IsOmittable()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  page?: number;
}
