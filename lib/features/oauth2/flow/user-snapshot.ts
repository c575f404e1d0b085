import { jsonId } from '../../../database/entity-id.js';
import type { BaseUser, UserId } from '../../../users/user.entity.js';

/** The state of a user at the beginning of a flow. */
export interface UserSnapshot {
  id: UserId;
  tokenVersion: number;
  email: string;
  isVerified: boolean;
}

export const snapshotOf = ({ id, tokenVersion, email, isVerified }: BaseUser): UserSnapshot => ({
  ...{ id: jsonId(id), tokenVersion, email, isVerified },
});

/** Whether none of the values has changed that could mean that the account now belongs to another person. */
export const isUnchanged = (user: BaseUser, before: UserSnapshot): boolean =>
  user.tokenVersion === before.tokenVersion &&
  user.email === before.email &&
  user.isVerified === before.isVerified;
