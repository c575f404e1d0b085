import { IsString } from 'class-validator';
import { IsOmittable } from '../common/validation/constraints.js';

/** What may come along with a sensitive change that has no body of its own. */
export class CurrentPasswordDto {
  /** Stands in for a fresh login. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}
