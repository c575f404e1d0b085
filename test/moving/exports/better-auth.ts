/**
 * The tables of users and accounts on SQLite as Better Auth 1.7.25 made them, with `emailAndPassword`, the plugin `admin` and
 * Google: by `getMigrations()`, `auth.api.signUpEmail()` and its internal adapter. Other tables are left out.
 * The passwords are `correctPassword123!` of Ada and `Ａｄａ ﬁne é` of Bob.
 */
export const BETTER_AUTH_SQL = `
CREATE TABLE "user" ("id" text not null primary key, "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null, "role" text, "banned" integer, "banReason" text, "banExpires" date);
INSERT INTO "user" VALUES ('sTxNpbegVeaBTTN4yfGJleA0QJCd8WTp', 'Ada', 'ada@example.com', 1, NULL, '2026-11-27T21:49:27.521Z', '2026-11-27T21:49:28.418Z', 'admin,clerk', 0, NULL, NULL);
INSERT INTO "user" VALUES ('ABmsUDMK2oIctVn2X68a49tzEEQg6nCa', 'Bob', 'bob@example.com', 0, NULL, '2026-11-27T21:49:28.367Z', '2026-11-27T21:49:28.460Z', 'user', 1, 'spam', NULL);
INSERT INTO "user" VALUES ('O1HHIgJzx8xckrgN088OVTwGqB3VRePp', 'Cy', 'cy@example.com', 1, NULL, '2026-11-27T21:49:28.485Z', '2026-11-27T21:49:28.485Z', 'user', 0, NULL, NULL);
INSERT INTO "user" VALUES ('5Mq9BrhQimsonMKY2whHVFsySAV0yDZb', 'Eve', 'eve@example.com', 0, NULL, '2026-11-27T21:49:28.515Z', '2026-11-27T21:49:28.515Z', 'user', 0, NULL, NULL);
CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade, "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date, "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null, "updatedAt" date not null);
INSERT INTO "account" VALUES ('cLJBJrSzy84JKdo6b819GYALrMCGqfxl', 'sTxNpbegVeaBTTN4yfGJleA0QJCd8WTp', 'credential', 'sTxNpbegVeaBTTN4yfGJleA0QJCd8WTp', NULL, NULL, NULL, NULL, NULL, NULL, 'fd5d0f7c3cc70fc2bdaf968a16436358:9b5ef8af4606058efcd9ad3d99f32eb1ae3d78cb68b1b6fc64e36a5494243b2558803f4160d333a0fc78bdc498299bec14e9e7776198858a6439e54985265196', '2026-11-27T21:49:27.547Z', '2026-11-27T21:49:27.547Z');
INSERT INTO "account" VALUES ('Khu3LkKYFaHur0x58ql3pkRSsCSzj0zp', 'ABmsUDMK2oIctVn2X68a49tzEEQg6nCa', 'credential', 'ABmsUDMK2oIctVn2X68a49tzEEQg6nCa', NULL, NULL, NULL, NULL, NULL, NULL, '10efa6f8c65a55d3caf0aad6982ec880:4cf13d4aad95c0262299cb0c1fa458882064649f977d765fb99ed3ad43e005ae7acaa3a911eaf8308975de1c2b2bee445e272549c41d21b75eb44321a2bfb45f', '2026-11-27T21:49:28.375Z', '2026-11-27T21:49:28.375Z');
INSERT INTO "account" VALUES ('qrEQ14wEpLfM0YZKmKHZRkZpyghJyo02', '110169484474386276334', 'google', 'O1HHIgJzx8xckrgN088OVTwGqB3VRePp', 't', NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-27T21:49:28.487Z', '2026-11-27T21:49:28.487Z');
`;
