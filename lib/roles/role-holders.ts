import type { ObjectLiteral, Repository } from 'typeorm';

/** The junction table of users and roles, with its column names escaped for a statement. */
export interface RoleHolders {
  tablePath: string;
  userColumn: string;
  roleColumn: string;
}

/** `undefined` if users have no relation `roles` with a junction table. */
export function roleHoldersOf<User extends ObjectLiteral>({
  metadata,
  manager,
}: Repository<User>): RoleHolders | undefined {
  const junction = metadata.findRelationWithPropertyPath('roles')?.junctionEntityMetadata;
  const [user, role] = [junction?.ownerColumns[0], junction?.inverseColumns[0]];
  if (!junction || !user || !role) return undefined;
  const { driver } = manager.dataSource;
  return {
    tablePath: junction.tablePath,
    userColumn: driver.escape(user.databaseName),
    roleColumn: driver.escape(role.databaseName),
  };
}
