import { hash, randomBytes } from 'node:crypto';

const SHAPE = /^[\w-]{43}$/;

/** 256 random bits, in base64url. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

/**
 * The stored form of a token: SHA-256 of the token and its backend, so that a token works with one backend
 * only. `undefined` for a text that cannot be such a token; it may belong to another backend.
 */
export const tokenHash = (backend: string, token: string): string | undefined =>
  SHAPE.test(token) ? hash('sha256', `${backend}:${token}`, 'hex') : undefined;
