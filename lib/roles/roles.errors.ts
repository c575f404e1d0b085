import { InvalidBodyError, CodedError, UsersError } from '../common/users-error.js';

/** There is no such role, or the id is malformed. */
export class RoleNotFoundError extends UsersError {
  constructor() {
    super(404, 'There is no such role.');
  }
}

/** Another role already has this [name](../../docs/roles.md#names), perhaps in another spelling. */
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

/** The name of a role cannot be used: it is empty, too long, or has invisible characters. It is an `InvalidBodyError`. */
export class InvalidRoleNameError extends InvalidBodyError {
  constructor() {
    super([{ loc: ['body', 'name'], msg: 'This name cannot be used.', type: 'roleName' }]);
  }
}

/** Rows of yours still refer to the role, so the role cannot be deleted. */
export class RoleInUseError extends CodedError {
  constructor(cause?: unknown) {
    super('ROLE_IN_USE', { cause });
  }
}
