import { hashSync } from 'bcrypt';

export const AUTH0_PASSWORD = 'a password of Auth0';

const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/**
 * A bulk export of users as `"format": "json"` gives it, a user in each line, with the fields that the guide asks for.
 * https://auth0.com/docs/manage-users/user-migration/bulk-user-exports
 * https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure
 */
export const AUTH0_USERS = lines(
  {
    user_id: 'auth0|5dea9f9c82dd7c0e76e4ec93',
    email: 'ada@example.com',
    email_verified: true,
    name: 'Ada',
    created_at: '2019-05-06T07:08:09.010Z',
    app_metadata: { roles: ['clerk'] },
    identities: [
      {
        user_id: '5dea9f9c82dd7c0e76e4ec93',
        provider: 'auth0',
        connection: 'Username-Password-Authentication',
        isSocial: false,
      },
      { user_id: '583231', provider: 'github', connection: 'github', isSocial: true },
    ],
  },
  {
    user_id: 'auth0|euclid',
    email: 'euclid@example.com',
    email_verified: false,
    name: 'euclid@example.com',
    blocked: true,
    created_at: '2019-12-06T18:36:12.412Z',
    identities: [
      {
        user_id: 'euclid',
        provider: 'auth0',
        connection: 'Username-Password-Authentication',
        isSocial: false,
      },
    ],
  },
  {
    user_id: 'google-oauth2|110169484474386276334',
    email: 'euclid@example.com',
    email_verified: true,
    name: 'Euclid',
    created_at: '2020-12-06T18:36:12.412Z',
    identities: [
      {
        user_id: '110169484474386276334',
        provider: 'google-oauth2',
        connection: 'google-oauth2',
        isSocial: true,
      },
    ],
  },
);

const hashed = (fields: object) => ({
  ...fields,
  passwordHash: hashSync(AUTH0_PASSWORD, 4),
  password_set_date: { $date: '2019-12-06T18:36:12.412Z' },
  tenant: 'shop',
  connection: 'Username-Password-Authentication',
  _tmp_is_unique: true,
});

/**
 * The export of the password hashes; `alt_id` is there for users whose id was given.
 * https://community.auth0.com/t/how-to-use-the-password-hashes-export-from-auth0/58730
 */
export const AUTH0_HASHES = lines(
  hashed({ _id: { $oid: '5dea9f9c82dd7c0e76e4ec93' }, email_verified: true, email: 'ada@example.com' }),
  hashed({
    _id: { $oid: '5dea9f9c82dd7c0e76e4ec94' },
    email_verified: false,
    email: 'euclid@example.com',
    alt_id: 'euclid',
  }),
);
