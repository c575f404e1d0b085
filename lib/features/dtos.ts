import type { Type } from '@nestjs/common';
import { IsString } from 'class-validator';
import { RoleAssignmentDto, RoleCreateDto, RoleReadDto, RoleUpdateDto } from '../roles/roles.dto.js';
import {
  AdminCreateDto,
  AdminUpdateDto,
  ForgotPasswordDto,
  LoginDto,
  RegisterDto,
  RequestVerifyDto,
  ResetPasswordDto,
  UserReadDto,
  UserUpdateDto,
  VerifyDto,
} from '../users/users.dto.js';

/** Classes that replace the default DTOs. Each must extend its default or have the same properties. */
export interface DtoOptions {
  /**
   * The credentials of a login: `password`, and a field with the name of the identifier, or `identifier` if there are two
   * identifiers. With an `identifier` of your own, the default is a class with that field.
   * @default LoginDto
   */
  login?: Type;
  /**
   * What a registration may send.
   * @default RegisterDto
   */
  register?: Type;
  /**
   * What is shown of a user.
   * @default UserReadDto
   */
  read?: Type;
  /**
   * What users may change of themselves.
   * @default UserUpdateDto
   */
  update?: Type;
  /**
   * What an administrator may send to create a user.
   * @default AdminCreateDto
   */
  adminCreate?: Type;
  /**
   * What an administrator may change of a user.
   * @default AdminUpdateDto
   */
  adminUpdate?: Type;
  /**
   * The request for a reset mail.
   * @default ForgotPasswordDto
   */
  forgotPassword?: Type;
  /**
   * The request for a verification mail.
   * @default RequestVerifyDto
   */
  requestVerify?: Type;
  /**
   * A verification token.
   * @default VerifyDto
   */
  verify?: Type;
  /**
   * A reset token and the new password.
   * @default ResetPasswordDto
   */
  resetPassword?: Type;
  /**
   * What an administrator may send to create a role.
   * @default RoleCreateDto
   */
  roleCreate?: Type;
  /**
   * What is shown of a role.
   * @default RoleReadDto
   */
  roleRead?: Type;
  /**
   * What an administrator may change of a role.
   * @default RoleUpdateDto
   */
  roleUpdate?: Type;
  /**
   * The user who gets or loses a role, and the role.
   * @default RoleAssignmentDto
   */
  roleAssignment?: Type;
}

/** The class of each DTO in this application. */
export interface ResolvedDtos {
  login: Type<LoginDto>;
  register: Type<RegisterDto>;
  read: Type;
  update: Type<UserUpdateDto>;
  adminCreate: Type<AdminCreateDto>;
  adminUpdate: Type<AdminUpdateDto>;
  forgotPassword: Type<ForgotPasswordDto>;
  requestVerify: Type<RequestVerifyDto>;
  verify: Type<VerifyDto>;
  resetPassword: Type<ResetPasswordDto>;
  roleCreate: Type<RoleCreateDto>;
  roleRead: Type;
  roleUpdate: Type<RoleUpdateDto>;
  roleAssignment: Type<RoleAssignmentDto>;
}

/** Each default class is also the injection token of the class that replaces it. */
export const DEFAULT_DTOS = {
  login: LoginDto,
  register: RegisterDto,
  read: UserReadDto,
  update: UserUpdateDto,
  adminCreate: AdminCreateDto,
  adminUpdate: AdminUpdateDto,
  forgotPassword: ForgotPasswordDto,
  requestVerify: RequestVerifyDto,
  verify: VerifyDto,
  resetPassword: ResetPasswordDto,
  roleCreate: RoleCreateDto,
  roleRead: RoleReadDto,
  roleUpdate: RoleUpdateDto,
  roleAssignment: RoleAssignmentDto,
} as const satisfies Record<keyof DtoOptions, Type>;

/** The default login body if users log in with another field than `email`. */
export function loginDtoFor(field: string): Type {
  if (field === 'email') return LoginDto;
  class IdentifierLoginDto {
    @IsString()
    password!: string;
  }
  IsString()(IdentifierLoginDto.prototype, field);
  return IdentifierLoginDto;
}
