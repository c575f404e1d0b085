const USERS = [
  {
    localId: 'Yd8wFkGtPfoaryJ6PizUJw000001',
    email: 'Ada@example.com',
    emailVerified: true,
    passwordHash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    salt: '42xEC+ixf3L2lw==',
    displayName: 'Ada {\u2028} "L"',
    photoUrl: 'https://example.com/ada.png',
    lastSignedInAt: '1725000000000',
    createdAt: '1557126489010',
    phoneNumber: '+15555550100',
    disabled: false,
    customAttributes: '{"admin":true,"roles":["clerk"]}',
    providerUserInfo: [
      {
        providerId: 'google.com',
        rawId: '110169484474386276334',
        email: 'ada@example.com',
        displayName: 'Ada',
        photoUrl: 'https://example.com/ada.png',
      },
    ],
  },
  {
    localId: 'Yd8wFkGtPfoaryJ6PizUJw000002',
    email: 'bob@example.com',
    emailVerified: false,
    lastSignedInAt: '1600166919961',
    createdAt: '1600166919961',
    disabled: true,
    providerUserInfo: [],
  },
  {
    localId: '7Jt1XeWkkzPrnFVPZhp4HxSMfLj2',
    lastSignedInAt: '1600166919961',
    createdAt: '1600166919961',
    phoneNumber: '+15555550101',
    disabled: false,
    providerUserInfo: [],
  },
];

/**
 * What `firebase auth:export users.json` writes: each user by `JSON.stringify(user, null, 2)`, with `{"users": [` before and `]}` behind.
 * https://firebase.google.com/docs/cli/auth, and firebase/firebase-tools: src/accountExporter.ts, src/commands/auth-export.ts.
 * The hash is the one of firebase/scrypt: see test/schemes/vectors.ts. The password is `user1password`.
 */
export const FIREBASE_JSON = `{"users": [\n${USERS.map((user) => JSON.stringify(user, undefined, 2)).join(',\n')}]}`;
