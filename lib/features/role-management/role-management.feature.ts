import { ConfigurationError } from '../../common/configuration-error.js';
import { DEFAULT_DTOS } from '../dtos.js';
import { checkAuthorizedBy } from '../administration.decorator.js';
import type { Feature } from '../feature.js';
import { createRoleManagementController } from './role-management.controller.js';
import { ROLE_GRANT, ROLE_MANAGEMENT_KINDS, type RoleManagementOptions } from './role-management.options.js';
import { RoleManagementService } from './role-management.service.js';

export const roleManagementFeature: Feature<RoleManagementOptions, 'roleManagement'> = {
  key: 'roleManagement',
  kinds: ROLE_MANAGEMENT_KINDS,
  inputDtos: { createDto: DEFAULT_DTOS.roleCreate, updateDto: DEFAULT_DTOS.roleUpdate },
  shows: 'role',
  build(options, { dtos, hasRoles }) {
    if (!hasRoles) {
      throw new ConfigurationError(
        'roleManagement needs entities.role, your entity that extends UuidRole or IntRole.',
      );
    }
    const { grant = 'any' } = options;
    if (grant !== 'any' && grant !== 'own') {
      throw new ConfigurationError("roleManagement.grant must be 'any' or 'own'.");
    }
    checkAuthorizedBy('roleManagement', options);
    const controller = createRoleManagementController({
      ...{ path: 'users/roles', assignPath: 'assign', revokePath: 'revoke' },
      ...{ createDto: dtos.roleCreate, readDto: dtos.roleRead, updateDto: dtos.roleUpdate, dtos },
      ...options,
    });
    return {
      controllers: [controller],
      providers: [RoleManagementService, { provide: ROLE_GRANT, useValue: grant }],
    };
  },
};
