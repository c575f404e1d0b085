import { UsersHttpError } from '../../common/users-error.js';

/** No such session of this user, or no such id at all. */
export class SessionNotFoundError extends UsersHttpError {
  constructor() {
    super(404, 'There is no such session.');
  }
}
