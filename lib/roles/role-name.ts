import { hash } from 'node:crypto';

const LONGEST_NAME = 100;
/** Anything that can't be seen, and any blank but the space. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;

/**
 * The stored form of a role's name: NFC, without blanks around it, single ones within. `undefined` if it can't be
 * used: empty, longer than 100 characters, or with characters that can't be seen.
 */
export function normalizeRoleName(name: string): string | undefined {
  const normal = name.trim().normalize('NFC').replace(/ +/g, ' ');
  const isUsable = normal !== '' && normal.length <= LONGEST_NAME && normal.isWellFormed();
  return isUsable && !INVISIBLE.test(normal) ? normal : undefined;
}

/** Names that differ by case or compatibility forms alone are one role. */
export const comparedRoleName = (name: string): string => name.normalize('NFKC').toLowerCase();

/** What makes a name unique on every database, though one may compare without case and accents. */
export const roleKey = (name: string): string => hash('sha256', comparedRoleName(name), 'hex');

/** As {@link roleKey}, for a name as somebody typed it. */
export const roleKeyOf = (typed: string): string => roleKey(normalizeRoleName(typed) ?? typed);
