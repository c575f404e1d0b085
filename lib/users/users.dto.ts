import { Expose } from 'class-transformer';
import { IsBoolean, IsString } from 'class-validator';
import { IsOmittable, Satisfies } from '../common/validation/constraints.js';
import { normalizeEmail } from './email-address.js';
import type { UserId } from './user.entity.js';

/** An address that {@link normalizeEmail} accepts: judged in the form in which it would be stored. */
export const IsEmailAddress = () =>
  Satisfies(
    'isEmail',
    (value) => typeof value === 'string' && normalizeEmail(value) !== undefined,
    'This is not an e-mail address that can be used.',
  );

/** Says nothing of what is wrong with them: a malformed login gets the answer of a wrong one. */
export class LoginDto {
  @IsString()
  email!: string;

  @IsString()
  password!: string;
}

/** What registration takes. A host adds its own fields in a subclass. */
export class RegisterDto {
  @IsEmailAddress()
  email!: string;

  @IsString()
  password!: string;
}

/** What a user sees of a user. */
export class UserReadDto {
  @Expose()
  id!: UserId;

  @Expose()
  email!: string;

  @Expose()
  isActive!: boolean;

  @Expose()
  isSuperuser!: boolean;

  @Expose()
  isVerified!: boolean;
}

/** What users may change of themselves. */
export class UserUpdateDto {
  @IsOmittable()
  @IsEmailAddress()
  email?: string;

  @IsOmittable()
  @IsString()
  password?: string;

  /** Stands in for a fresh login where one is needed. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}

/** Who forgot their password. */
export class ForgotPasswordDto {
  @IsEmailAddress()
  email!: string;
}

/** Whose address is to be verified. */
export class RequestVerifyDto {
  @IsEmailAddress()
  email!: string;
}

/** A mailed verification token. */
export class VerifyDto {
  @IsString()
  token!: string;
}

/** A mailed reset token, and the password to set. */
export class ResetPasswordDto {
  @IsString()
  token!: string;

  @IsString()
  password!: string;
}

/** What an administrator may say of a new user. */
export class AdminCreateDto {
  @IsEmailAddress()
  email!: string;

  /** Without one, the user has no password until a reset. */
  @IsOmittable()
  @IsString()
  password?: string;

  @IsOmittable()
  @IsBoolean()
  isActive?: boolean;

  @IsOmittable()
  @IsBoolean()
  isVerified?: boolean;

  @IsOmittable()
  @IsBoolean()
  isSuperuser?: boolean;

  /** Mails the user a token to set a password by. Needs the feature `passwordReset`. */
  @IsOmittable()
  @IsBoolean()
  invite?: boolean;

  /** The administrator's own, in place of a fresh login where one is needed. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}

/** What an administrator may change of a user. */
export class AdminUpdateDto extends UserUpdateDto {
  @IsOmittable()
  @IsBoolean()
  isActive?: boolean;

  @IsOmittable()
  @IsBoolean()
  isVerified?: boolean;

  @IsOmittable()
  @IsBoolean()
  isSuperuser?: boolean;
}
