import { hash, randomBytes } from 'node:crypto';

const SHAPE = /^[\w-]{43}$/;

/** 256 random bits, in base64url. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

/**
 * What is stored of a token: SHA-256 of it and its backend, so that a token of one backend is none to another.
 * `undefined` for what can't be such a token; a backend beside this one may have others.
 */
export const tokenHash = (backend: string, token: string): string | undefined =>
  SHAPE.test(token) ? hash('sha256', `${backend}:${token}`, 'hex') : undefined;
