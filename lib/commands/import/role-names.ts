import { roleKeyOf } from '../../roles/role-name.js';
import type { BaseRole } from '../../roles/role.entity.js';
import { FieldFaultError } from '../columns/field-fault.js';
import type { HostAccounts } from '../host-accounts.js';

const PAGE = 500;

/** The roles of the application, read once, by name in any spelling. */
export class RoleNames {
  private constructor(private readonly byKey: ReadonlyMap<string, BaseRole>) {}

  static async read(host: HostAccounts): Promise<RoleNames> {
    const byKey = new Map<string, BaseRole>();
    if (!host.settings.hasRoles) return new RoleNames(byKey);
    let roles: BaseRole[];
    do {
      [roles] = await host.roles.listAndCountRoles({ limit: PAGE, offset: byKey.size });
      for (const role of roles) byKey.set(roleKeyOf(role.name), role);
    } while (roles.length === PAGE);
    return new RoleNames(byKey);
  }

  /** @throws {FieldFaultError} if there is no such role */
  of(name: string): BaseRole {
    const role = this.byKey.get(roleKeyOf(name));
    if (role) return role;
    throw new FieldFaultError('roles', 'has a name that no role has; create-role makes one');
  }
}
