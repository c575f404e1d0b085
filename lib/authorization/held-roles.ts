import type { BaseRole } from '../roles/role.entity.js';
import { comparedRoleName } from '../roles/role-name.js';
import { WITH_ROLES } from '../roles/roles.service.js';
import type { BaseUser } from '../users/user.entity.js';
import type { UsersRepository } from '../users/users.repository.js';

/** The names of the user's roles in their compared form. Loads the roles if necessary. */
export async function heldRoles(user: BaseUser, users: UsersRepository): Promise<ReadonlySet<string>> {
  const withRoles = user as BaseUser & { roles?: BaseRole[] };
  if (!Array.isArray(withRoles.roles)) await users.loadRelations([user], WITH_ROLES);
  return new Set((withRoles.roles ?? []).map(({ name }) => comparedRoleName(name)));
}

/** Whether the user has all of these roles, given in their compared form. */
export async function holdsAll(
  user: BaseUser,
  roles: Iterable<string>,
  users: UsersRepository,
): Promise<boolean> {
  const held = await heldRoles(user, users);
  return [...roles].every((role) => held.has(role));
}
