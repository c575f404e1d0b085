import { UsersError } from '../../common/users-error.js';

/** The user has no such session, or the id is malformed. */
export class SessionNotFoundError extends UsersError {
  constructor() {
    super(404, 'There is no such session.');
  }
}
