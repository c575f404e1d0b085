import { IsString } from 'class-validator';
import { IsOmittable } from '../common/validation/constraints.js';

/** The optional body of a sensitive change that has no other body. */
export class CurrentPasswordDto {
  /** Replaces a fresh login. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}
