import { InvalidBodyError, UsersError, UsersHttpError } from '../common/users-error.js';

/** No such role, or no such id at all. */
export class RoleNotFoundError extends UsersHttpError {
  constructor() {
    super(404, 'There is no such role.');
  }
}

/** Another role has this name already. */
export class RoleAlreadyExistsError extends UsersError {
  constructor(cause?: unknown) {
    super('ROLE_ALREADY_EXISTS', { cause });
  }
}

/** The user has this role already. */
export class RoleAlreadyAssignedError extends UsersError {
  constructor(cause?: unknown) {
    super('ROLE_ALREADY_ASSIGNED', { cause });
  }
}

/** The user does not have this role. */
export class RoleNotAssignedError extends UsersError {
  constructor() {
    super('ROLE_NOT_ASSIGNED');
  }
}

/** A name that can't be stored: empty, too long, or with characters that can't be seen. */
export class InvalidRoleNameError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['body', 'name'], msg: 'This name cannot be used.', type: 'roleName' }]);
  }
}
