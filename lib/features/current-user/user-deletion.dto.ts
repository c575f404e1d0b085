import { IsString } from 'class-validator';
import { IsOmittable } from '../../common/validation/constraints.js';

/** What may come along with the deletion of oneself; the body may be left out. */
export class UserDeletionDto {
  /** Stands in for a fresh login. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}
