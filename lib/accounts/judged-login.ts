import type { Identifier } from '../users/identifiers.js';
import type { BaseUser } from '../users/user.entity.js';
import type { UsersRepository } from '../users/users.repository.js';
import type { Passwords, Verdict } from './passwords/passwords.js';

/** A login by password, after one query and one hash. */
export interface JudgedLogin<User extends BaseUser> {
  identifier: Identifier | undefined;
  password: string;
  /** Without the hash; `undefined` for an unknown identifier. */
  user: User | undefined;
  stored: string | null | undefined;
  verdict: Verdict;
}

/** @param identifier `undefined` for a malformed identifier, which costs a hash too */
export async function judgeLogin<User extends BaseUser>(
  repository: UsersRepository<User>,
  passwords: Passwords,
  identifier: Identifier | undefined,
  password: string,
): Promise<JudgedLogin<User>> {
  const user = identifier === undefined ? undefined : await repository.findForAuthentication(identifier);
  const stored = user?.passwordHash;
  delete user?.passwordHash;
  const verdict = await passwords.judge(password, stored);
  return { identifier, password, user, stored, verdict };
}
