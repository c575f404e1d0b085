import { InvalidBodyError, CodedError, UsersError } from '../common/users-error.js';

/** There is no such role, or the id is malformed. */
export class RoleNotFoundError extends UsersError {
  constructor() {
    super(404, 'There is no such role.');
  }
}

/** Another role already has this name. */
export class RoleAlreadyExistsError extends CodedError {
  constructor(cause?: unknown) {
    super('ROLE_ALREADY_EXISTS', { cause });
  }
}

/** The user already has this role. */
export class RoleAlreadyAssignedError extends CodedError {
  constructor(cause?: unknown) {
    super('ROLE_ALREADY_ASSIGNED', { cause });
  }
}

/** The user does not have this role. */
export class RoleNotAssignedError extends CodedError {
  constructor() {
    super('ROLE_NOT_ASSIGNED');
  }
}

/** A name that cannot be stored: empty, too long, or with invisible characters. */
export class InvalidRoleNameError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['body', 'name'], msg: 'This name cannot be used.', type: 'roleName' }]);
  }
}

/** Other rows of the host still refer to the role. */
export class RoleInUseError extends CodedError {
  constructor(cause?: unknown) {
    super('ROLE_IN_USE', { cause });
  }
}
