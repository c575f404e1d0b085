import type { PasswordScheme } from '../accounts/passwords/password-scheme.js';
import { argon2 as derivation } from './derivations.js';
import { type Form, schemeOf } from './forms.js';

const REST = String.raw`\$m=(\d{1,9}),t=(\d{1,6}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{16,128})`;

/** @param start a pattern of the start, whose groups are the type and the part of the version */
export const argon2Form = (start: string): Form => ({
  pattern: new RegExp(`^${start}${REST}$`),
  read(type, version = '', m, t, p, salt, key) {
    if (![salt, key].every(isEncoded)) return undefined;
    const phc = `$${type}${version}$m=${m},t=${t},p=${p}$${salt}$${key}`;
    return derivation(phc, { m: Number(m), t: Number(t), p: Number(p) });
  },
});

/** A text that was cut or changed is no longer what encoding gives. */
const isEncoded = (text: string): boolean =>
  Buffer.from(text, 'base64').toString('base64').replace(/=+$/, '') === text;

/**
 * Verifies argon2i and argon2d, such as PHP's `PASSWORD_ARGON2I`, and argon2id of the old version 1.0. The name `'argon2id'`
 * stands for argon2id as it is today.
 */
export const argon2 = (): PasswordScheme =>
  schemeOf(
    'argon2',
    [argon2Form(String.raw`\$(argon2[id])(\$v=(?:16|19))?`), argon2Form(String.raw`\$(argon2id)(\$v=16)?`)],
    ['$argon2i$v=19$m=256,t=1,p=1$c29tZXNhbHQ$AJFIsNZTMKTAewB4+ETN1A'],
  );
