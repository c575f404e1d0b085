import { Expose } from 'class-transformer';
import { IsBoolean, IsString } from 'class-validator';
import { IsOmittable, Satisfies } from '../common/validation/constraints.js';
import { type AddressRule, normalizeEmail } from './email-address.js';
import type { UserId } from './user.entity.js';

/**
 * An address that can be stored: checked by the option `normalizeIdentifier` if that is for addresses,
 * otherwise by {@link normalizeEmail}.
 */
export const IsEmailAddress = () =>
  Satisfies(
    'isEmail',
    (value, context: Partial<AddressRule> = {}) =>
      typeof value === 'string' && (context.normalizeEmail ?? normalizeEmail)(value) !== undefined,
    'This is not an e-mail address that can be used.',
  );

/** Its faults are never sent to the client: a malformed login is answered like wrong credentials. */
export class LoginDto {
  @IsString()
  email!: string;

  @IsString()
  password!: string;
}

/** The body of a registration. A host adds its own fields in a subclass. */
export class RegisterDto {
  @IsEmailAddress()
  email!: string;

  @IsString()
  password!: string;
}

/** A user, as answers show it. */
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

/** The fields that users may change on themselves. */
export class UserUpdateDto {
  @IsOmittable()
  @IsEmailAddress()
  email?: string;

  @IsOmittable()
  @IsString()
  password?: string;

  /** Replaces a fresh login if the change needs one. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}

/** The address of a user who forgot the password. */
export class ForgotPasswordDto {
  @IsEmailAddress()
  email!: string;
}

/** The address to verify. */
export class RequestVerifyDto {
  @IsEmailAddress()
  email!: string;
}

/** A mailed verification token. */
export class VerifyDto {
  @IsString()
  token!: string;
}

/** A mailed reset token and the new password. */
export class ResetPasswordDto {
  @IsString()
  token!: string;

  @IsString()
  password!: string;
}

/** The fields that an administrator may set on a new user. */
export class AdminCreateDto {
  @IsEmailAddress()
  email!: string;

  /** Without it, the user has no password until a reset. */
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

  /** Mails the user a token to set a password with. Needs the feature `passwordReset`. */
  @IsOmittable()
  @IsBoolean()
  invite?: boolean;

  /** The administrator's own password. It replaces a fresh login if the request needs one. */
  @IsOmittable()
  @IsString()
  currentPassword?: string;
}

/** The fields that an administrator may change on a user. */
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
