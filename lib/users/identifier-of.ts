import type { BaseUser } from './user.entity.js';

/** For the base type, whose own columns are unknown, any name is accepted. */
type IsKnown<User extends BaseUser> = BaseUser extends User ? false : true;

/** The properties of a user with a text by which a user can log in. */
export type IdentifierOf<User extends BaseUser> =
  IsKnown<User> extends true
    ? Exclude<
        { [Key in keyof User]-?: NonNullable<User[Key]> extends string ? Key : never }[keyof User] & string,
        'id' | 'passwordHash'
      >
    : string;
