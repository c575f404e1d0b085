import type { BaseUser, UserId } from '../../users/user.entity.js';

/** A user as they were when something began that ends later. */
export interface UserSnapshot {
  id: UserId;
  tokenVersion: number;
  email: string;
  isVerified: boolean;
}

export const snapshotOf = ({ id, tokenVersion, email, isVerified }: BaseUser): UserSnapshot => ({
  ...{ id, tokenVersion, email, isVerified },
});

/** Whether nothing changed by which the account may have passed to somebody else. */
export const isUnchanged = (user: BaseUser, before: UserSnapshot): boolean =>
  user.tokenVersion === before.tokenVersion &&
  user.email === before.email &&
  user.isVerified === before.isVerified;
