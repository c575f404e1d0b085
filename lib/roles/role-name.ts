import { hash } from 'node:crypto';

const LONGEST_NAME = 100;
/**
 * Allows letters and accents as separate characters. The length is checked first, because normalizing a long
 * text of combining marks takes seconds.
 */
const LONGEST_TYPED = 4 * LONGEST_NAME;
/** Invisible characters, and every blank except the space. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;

/**
 * The stored form of a role's name: NFC, trimmed, with single spaces. `undefined` for a name that is empty,
 * longer than 100 characters, or has invisible characters.
 */
export function normalizeRoleName(name: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed.length > LONGEST_TYPED) return undefined;
  const normal = trimmed.normalize('NFC').replace(/ +/g, ' ');
  const isUsable = normal !== '' && normal.length <= LONGEST_NAME && normal.isWellFormed();
  return isUsable && !INVISIBLE.test(normal) ? normal : undefined;
}

/**
 * The form in which names are compared. Names that differ only in case or compatibility forms are the same
 * role.
 */
export const comparedRoleName = (name: string): string =>
  // A mark may join a small letter and not the capital one.
  name.length > LONGEST_TYPED ? name : name.normalize('NFKC').toLowerCase().normalize('NFKC');

/** Makes a name unique on every database, even if the database itself ignores case and accents. */
export const roleKey = (name: string): string => hash('sha256', comparedRoleName(name), 'hex');

/** As {@link roleKey}, for a typed name. */
export const roleKeyOf = (typed: string): string => roleKey(normalizeRoleName(typed) ?? typed);
