import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsString, MaxLength, Min } from 'class-validator';
import { IsOmittable } from '../../common/validation/constraints.js';
import { toBoolean, toNumber } from '../../common/validation/query-values.js';
import { USERS_SORTS, type UsersSort } from '../../users/pages/users-query.js';

/** The query of a list of users. */
export class ListUsersDto {
  @IsOmittable()
  @IsString()
  @MaxLength(512)
  cursor?: string;

  @IsOmittable()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  limit?: number;

  @IsOmittable()
  @IsString()
  @MaxLength(320)
  search?: string;

  /** The name of a role. */
  @IsOmittable()
  @IsString()
  @MaxLength(320)
  role?: string;

  @IsOmittable()
  @IsIn(USERS_SORTS)
  sort?: UsersSort;

  @IsOmittable()
  @Transform(toBoolean)
  @IsBoolean()
  isActive?: boolean;

  @IsOmittable()
  @Transform(toBoolean)
  @IsBoolean()
  isVerified?: boolean;

  @IsOmittable()
  @Transform(toBoolean)
  @IsBoolean()
  isSuperuser?: boolean;

  /** The number of the page, from 1, instead of a cursor: for small tables. */
  @IsOmittable()
  @Transform(toNumber)
  @IsInt()
  @Min(1)
  page?: number;

  /** Adds `total` to the answer: for small tables. */
  @IsOmittable()
  @Transform(toBoolean)
  @IsBoolean()
  count?: boolean;
}
