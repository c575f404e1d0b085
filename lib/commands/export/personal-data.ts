import type { Repository } from 'typeorm';
import type { BaseSession } from '../../authentication/sessions/session.entity.js';
import { jsonId } from '../../database/entity-id.js';
import type { BaseOAuthAccount } from '../../features/oauth2/accounts/oauth-account.entity.js';
import type { BaseUser } from '../../users/user.entity.js';
import type { HostAccounts } from '../host-accounts.js';
import type { UserRecord } from './user-record.js';

/** All that this library keeps of one user, without hashes and tokens. */
export interface PersonalData {
  /** When it was read. */
  exportedAt: Date;
  /** The columns of the user entity, and the names of the roles if there are any. */
  user: UserRecord;
  /** Whether the user has a password. */
  hasPassword: boolean;
  /** The logins that are kept, also those that have expired. */
  sessions: object[];
  /** The accounts at providers. */
  linkedAccounts: object[];
}

/** @param record the fields of the user */
export async function personalDataOf(
  host: HostAccounts,
  record: UserRecord,
  user: BaseUser,
): Promise<PersonalData> {
  const { session, entities } = host.plan;
  const sessions = session && (await rowsOf(host, user, host.database.repository<BaseSession>(session)));
  const account = entities.oauthAccount as (new () => BaseOAuthAccount) | undefined;
  const accounts = account && (await rowsOf(host, user, host.database.repository(account)));
  return {
    exportedAt: new Date(),
    user: { ...record, updatedAt: user.updatedAt },
    hasPassword: typeof (await host.repository.findPasswordHash(user.id)) === 'string',
    sessions: (sessions ?? []).map(sessionData),
    linkedAccounts: (accounts ?? []).map(accountData),
  };
}

function sessionData({ id, createdAt, lastUsedAt, expiresAt, userAgent, ip }: BaseSession): object {
  return { id: jsonId(id), createdAt, lastUsedAt, expiresAt, userAgent, ip };
}

function accountData({ provider, accountId, accountEmail, createdAt }: BaseOAuthAccount): object {
  return { provider, accountId, accountEmail, createdAt };
}

const rowsOf = <Row extends { createdAt: Date }>(
  { database }: HostAccounts,
  { id }: BaseUser,
  rows: Repository<Row>,
): Promise<Row[]> => {
  const select = rows
    .createQueryBuilder('row')
    .where('row.user = :id', { id })
    .orderBy('row.createdAt', 'ASC');
  return database.ask(() => select.getMany());
};
