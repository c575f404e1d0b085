// What the documentation of FastAPI Users 15 says that each route answers: its status, with the code if it has one.
// 403 of the user's own routes, and of logout, is what `requires_verification` adds.
export const DOCUMENTED = {
  'POST /auth/jwt/login': ['200', '400 LOGIN_BAD_CREDENTIALS', '400 LOGIN_USER_NOT_VERIFIED', '422'],
  'POST /auth/jwt/logout': ['204', '401', '403'],
  'POST /auth/register': ['201', '400 REGISTER_USER_ALREADY_EXISTS', '400 REGISTER_INVALID_PASSWORD', '422'],
  'POST /auth/forgot-password': ['202', '422'],
  'POST /auth/reset-password': [
    ...['200', '422'],
    ...['400 RESET_PASSWORD_BAD_TOKEN', '400 RESET_PASSWORD_INVALID_PASSWORD'],
  ],
  'POST /auth/request-verify-token': ['202', '422'],
  'POST /auth/verify': ['200', '400 VERIFY_USER_BAD_TOKEN', '400 VERIFY_USER_ALREADY_VERIFIED', '422'],
  'GET /users/me': ['200', '401', '403'],
  'PATCH /users/me': [
    ...['200', '401', '403', '422'],
    ...['400 UPDATE_USER_EMAIL_ALREADY_EXISTS', '400 UPDATE_USER_INVALID_PASSWORD'],
  ],
  'GET /users/{id}': ['200', '401', '403', '404'],
  'PATCH /users/{id}': [
    ...['200', '401', '403', '404', '422'],
    ...['400 UPDATE_USER_EMAIL_ALREADY_EXISTS', '400 UPDATE_USER_INVALID_PASSWORD'],
  ],
  'DELETE /users/{id}': ['204', '401', '403', '404'],
};
