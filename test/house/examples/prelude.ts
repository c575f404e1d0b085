/**
 * What a fragment of a page may use without an import: the packages of every application, and below what an application
 * has of its own. Relative imports of whole files lead here, too. Nothing here ever runs.
 */
import type { DynamicModule, ExecutionContext, INestApplication, Type as Class } from '@nestjs/common';
import {
  BaseOneTimeToken,
  type BaseUser,
  UserReadDto,
  UsersService,
  UuidOAuthAccount,
  UuidRole,
  UuidSession,
  UuidUser,
} from 'nestjs-users';
import { type OAuthAccountsService, type OAuthClientDefinition } from 'nestjs-users/oauth2';
import type { DataSourceOptions, Repository } from 'typeorm';

export * from '@nestjs/common';
export * from '@nestjs/event-emitter';
export * from '@nestjs/typeorm';
export * from 'class-validator';
export * from 'nestjs-users';
export * from 'nestjs-users/mail';
export * from 'nestjs-users/oauth2';
export * from 'nestjs-users/schemes';
export * from 'nestjs-users/testing';
export * from 'typeorm';
export { Logger, type LogLevel } from '@nestjs/common';
export { Expose, Transform, Type } from 'class-transformer';
export { ArrayContains, ValidationError } from 'class-validator';
export { Test } from '@nestjs/testing';
export { default as request } from 'supertest';
export { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

// The entities, the service and the DTO classes of the application

export declare class Role extends UuidRole {}

export declare class User extends UuidUser {
  fullName: string | null;
  deletedAt: Date | null;
  initials: string;
  orders: Order[];
  groups: Group[];
  roles: Role[];
}

export declare class Session extends UuidSession {
  user: User;
}

export declare class OAuthAccount extends UuidOAuthAccount {
  user: User;
}

export declare class OneTimeToken extends BaseOneTimeToken {}

export declare class Employee extends UuidUser {
  organisationId: string | null;
}

export declare class Organisation {
  id: string;
}

export declare class Organisations {
  idFor(host: string | undefined): Promise<string>;
}

export declare class Order {
  title: string;
  items: Item[];
}

export declare class Item {
  title: string;
}

export declare class Group {
  name: string;
}

export declare class Address {
  street: string | null;
  city: string;
}

export declare class Settings {
  theme: string;
}

export declare class OrderReadDto {
  title: string;
}

export declare class AppUsersService extends UsersService<User> {}

export declare class AppUserReadDto extends UserReadDto {}

export declare class AppModule {}

// What else its modules provide

export declare class Mailer {
  send(address: string, text: string): Promise<void>;
}

export declare class MailModule {}

/** As @nestjs/config has it. */
export declare class ConfigService {
  // oxlint-disable-next-line no-unnecessary-type-parameters -- as the package has it
  get<Value = string>(name: string): Value | undefined;
  // oxlint-disable-next-line no-unnecessary-type-parameters -- as the package has it
  getOrThrow<Value = string>(name: string): Value;
}

export declare class ConfigModule {
  static forRoot(options?: object): DynamicModule;
}

/** As @nestjs/throttler has it. */
export declare class ThrottlerGuard {
  canActivate(context: ExecutionContext): Promise<boolean>;
}

export declare class MagicLinks {
  redeem(token: string): Promise<User>;
  send(user: BaseUser): Promise<void>;
}

export declare class Audit {
  note(context: ExecutionContext): void;
}

export declare const REDIS: unique symbol;

// What is at hand where the application is set up, or in a method

export declare const app: INestApplication;
export declare const config: ConfigService;
export declare const users: AppUsersService;
/** A stored user. */
export declare const ada: User;
export declare const accounts: OAuthAccountsService;
export declare const repository: Repository<User>;
/** The users of an earlier system. */
export declare const old: { id: string; email: string; bcrypt: string; joined: Date }[];
export declare const databaseOptions: DataSourceOptions;
export declare const clientId: string;
export declare const clientSecret: string;
/** Of a cipher. */
export declare const key: Buffer;
export declare const macKey: Buffer;
export declare function isInternal(context: ExecutionContext): boolean;

// What stands where a page leaves options out by `/* … */`

export declare const optionsOfForRoot: { secret: string; entities: { user: Class<User> } };
export declare const optionsOfForRootAsync: {
  entities: { user: Class<User> };
  useFactory: () => { secret: string };
};
export declare const optionsOfOauth2: { publicUrl: string; clients: OAuthClientDefinition[] };

/** The class around the methods of a fragment that override hooks. */
export declare abstract class ServiceOfFragment<Own extends BaseUser> extends UsersService<Own> {
  protected readonly mailer: Mailer;
}

/** The class around other methods of a fragment. */
export declare abstract class ControllerOfFragment {
  protected readonly users: AppUsersService;
}
