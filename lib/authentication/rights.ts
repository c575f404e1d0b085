import type { Identity } from './backend.js';

/** The right by which a guard let a user in. It must still hold when the request writes. */
export type Right =
  | { superuser: true }
  | { verified: true }
  /** One of these roles, or all of them, in the compared form of their names. */
  | { roles: readonly string[]; every: boolean };

const rights = new WeakMap<Identity, Right[]>();

/** For guards: notes the right by which they let this request's user in. */
export function noteRight(identity: Identity, right: Right): void {
  const noted = rights.get(identity) ?? [];
  noted.push(right);
  rights.set(identity, noted);
}

/** The rights by which the guards of this request let its user in. */
export const rightsOf = (identity: Identity): readonly Right[] => rights.get(identity) ?? [];
