import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { IsOmittable } from '../../common/validation/constraints.js';

const toNumber = ({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** Which page of roles. */
export class ListRolesDto {
  @IsOmittable()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  @Max(500)
  limit?: number;

  /** From 1. */
  @IsOmittable()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  page?: number;
}
