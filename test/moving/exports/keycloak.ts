import { KEYCLOAK_ARGON2 } from '../../schemes/vectors.js';

/**
 * `shop-users-0.json` of `kc.sh export --users different_files`: the fields of `UserRepresentation`, `CredentialRepresentation` and
 * `FederatedIdentityRepresentation`. https://www.keycloak.org/server/importExport, https://www.keycloak.org/docs-api/latest/rest-api/
 * The credentials are of public exports of realms: see test/schemes/vectors.ts. The passwords are `secret` of ada and `password` of bob.
 */
export const KEYCLOAK_USERS = JSON.stringify(
  {
    realm: 'shop',
    users: [
      {
        id: 'd8a1b6a4-6c0c-4f3f-9f3a-0a4d2f3f4a11',
        username: 'ada',
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.com',
        emailVerified: true,
        attributes: { locale: ['en'] },
        createdTimestamp: 1557126489010,
        enabled: true,
        totp: true,
        credentials: [
          {
            id: '1b0f7a43-3a3e-44f2-8f60-2f3d8f0c9b01',
            type: 'password',
            userLabel: 'My password',
            createdDate: 1725000000000,
            ...KEYCLOAK_ARGON2,
          },
          {
            id: '5f2f7a43-3a3e-44f2-8f60-2f3d8f0c9b02',
            type: 'otp',
            createdDate: 1725000000001,
            secretData: '{"value":"bUJ1SkVvT0lOeFdnWnV5dzJ1b2Y"}',
            credentialData: '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}',
          },
        ],
        disableableCredentialTypes: [],
        requiredActions: [],
        federatedIdentities: [
          { identityProvider: 'google', userId: '110169484474386276334', userName: 'ada@example.com' },
          { identityProvider: 'saml-of-work', userId: 'ada', userName: 'ada' },
        ],
        realmRoles: ['default-roles-shop', 'clerk'],
        clientRoles: { shop: ['buyer'] },
        notBefore: 0,
        groups: ['/staff'],
      },
      {
        id: '0c6d2b7e-93d4-4a52-8e55-7e0f7b7f1c22',
        username: 'bob@example.com',
        email: 'bob@example.com',
        emailVerified: false,
        createdTimestamp: 1600166919961,
        enabled: false,
        totp: false,
        credentials: [
          {
            id: '7a0f7a43-3a3e-44f2-8f60-2f3d8f0c9b03',
            type: 'password',
            createdDate: 1600166920000,
            secretData:
              '{"value":"JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=","salt":"P5rtFkGtPfoaryJ6PizUJw==","additionalParameters":{}}',
            credentialData: '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}',
          },
        ],
        disableableCredentialTypes: [],
        requiredActions: ['VERIFY_EMAIL'],
        realmRoles: ['offline_access', 'uma_authorization'],
        notBefore: 0,
        groups: [],
      },
      {
        id: '2a9be9f6-5a8e-4d2e-8d4f-0d2f6a1b3c33',
        username: 'kiosk',
        emailVerified: false,
        createdTimestamp: 1600166919961,
        enabled: true,
        totp: false,
        credentials: [],
        realmRoles: ['default-roles-shop'],
        notBefore: 0,
        groups: [],
      },
      {
        id: '3b9be9f6-5a8e-4d2e-8d4f-0d2f6a1b3c44',
        username: 'service-account-shop',
        emailVerified: false,
        createdTimestamp: 1600166919961,
        enabled: true,
        serviceAccountClientId: 'shop',
        credentials: [],
        realmRoles: ['default-roles-shop'],
        notBefore: 0,
        groups: [],
      },
    ],
  },
  undefined,
  2,
);
