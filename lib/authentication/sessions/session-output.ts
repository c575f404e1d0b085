import { isSameId, jsonId } from '../../database/entity-id.js';
import { listOf, objectOf, type Shape } from '../../common/route-description.js';
import type { BaseSession } from './session.entity.js';

/** A session, as answers show it. */
export interface SessionOutput {
  id: string | number;
  /** When the user logged in. */
  createdAt: Date;
  /** At most a minute late. */
  lastUsedAt: Date;
  expiresAt: Date;
  userAgent: string | null;
  /** The network address of the login. */
  ip: string | null;
  /** Whether this is the session of the current request. */
  isCurrent: boolean;
}

const INSTANT: Shape = { type: 'string', format: 'date-time' };

/** What {@link writeSessions} writes. */
export const SESSIONS_SHAPE: Shape = objectOf({
  items: listOf(
    objectOf({
      id: { idOf: 'session' },
      createdAt: INSTANT,
      lastUsedAt: INSTANT,
      expiresAt: INSTANT,
      userAgent: { type: 'string', nullable: true },
      ip: { type: 'string', nullable: true },
      isCurrent: { type: 'boolean' },
    }),
  ),
});

/** @param current the session of the current request, if it has one */
export const writeSessions = (
  sessions: readonly BaseSession[],
  current: BaseSession | undefined,
): { items: SessionOutput[] } => ({
  items: sessions.map(({ id, createdAt, lastUsedAt, expiresAt, userAgent, ip }) => ({
    ...{ id: jsonId(id), createdAt, lastUsedAt, expiresAt, userAgent, ip },
    isCurrent: isSameId(id, current?.id),
  })),
});
