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
} from './users.dto.js';

/** Classes that take the place of the default DTOs. Each must extend its default or have the same properties. */
export interface DtoOptions {
  /** Credentials; the identifier's name and `password`. Default {@link LoginDto}. */
  login?: Type;
  /** What may be sent to register. Default {@link RegisterDto}. */
  register?: Type;
  /** What is shown of a user. Default {@link UserReadDto}. */
  read?: Type;
  /** What users may change of themselves. Default {@link UserUpdateDto}. */
  update?: Type;
  /** What an administrator may say of a new user. Default {@link AdminCreateDto}. */
  adminCreate?: Type;
  /** What an administrator may change of a user. Default {@link AdminUpdateDto}. */
  adminUpdate?: Type;
  /** Default {@link ForgotPasswordDto}. */
  forgotPassword?: Type;
  /** Default {@link RequestVerifyDto}. */
  requestVerify?: Type;
  /** Default {@link VerifyDto}. */
  verify?: Type;
  /** Default {@link ResetPasswordDto}. */
  resetPassword?: Type;
  /** Default {@link RoleCreateDto}. */
  roleCreate?: Type;
  /** What is shown of a role. Default {@link RoleReadDto}. */
  roleRead?: Type;
  /** Default {@link RoleUpdateDto}. */
  roleUpdate?: Type;
  /** Default {@link RoleAssignmentDto}. */
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

/** Each default class is also the token under which the class that takes its place is provided. */
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

/** The default login body of an application whose users log in by another identifier than their address. */
export function loginDtoFor(identifier: string): Type {
  if (identifier === 'email') return LoginDto;
  class IdentifierLoginDto {
    @IsString()
    password!: string;
  }
  IsString()(IdentifierLoginDto.prototype, identifier);
  return IdentifierLoginDto;
}
