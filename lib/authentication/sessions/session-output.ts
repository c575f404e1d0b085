import type { BaseSession } from './session.entity.js';

/** What a user sees of a session. */
export interface SessionOutput {
  id: string | number;
  /** When the user logged in. */
  createdAt: Date;
  /** At most a minute behind. */
  lastUsedAt: Date;
  expiresAt: Date;
  userAgent: string | null;
  /** The network address of the login. */
  ip: string | null;
  /** Whether the request that asks came by it. */
  isCurrent: boolean;
}

/** @param current the session by which the request came, if it came by one */
export const writeSessions = (
  sessions: readonly BaseSession[],
  current: BaseSession | undefined,
): { items: SessionOutput[] } => ({
  items: sessions.map(({ id, createdAt, lastUsedAt, expiresAt, userAgent, ip }) => ({
    ...{ id, createdAt, lastUsedAt, expiresAt, userAgent, ip },
    isCurrent: id === current?.id,
  })),
});
