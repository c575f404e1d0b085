// Password hashes made elsewhere: objects for the option passwords.schemes
export { argon2 } from './schemes/argon2.scheme.js';
export { aspNetIdentity } from './schemes/asp-net-identity.scheme.js';
export { betterAuth } from './schemes/better-auth.scheme.js';
export { devise, type DeviseOptions } from './schemes/devise.scheme.js';
export { django } from './schemes/django.scheme.js';
export {
  firebase,
  firebaseHash,
  type FirebaseOptions,
  type FirebaseUser,
} from './schemes/firebase.scheme.js';
export {
  keycloak,
  keycloakHash,
  type KeycloakCredential,
  type KeycloakCredentialData,
  type KeycloakSecretData,
} from './schemes/keycloak.scheme.js';
export { passlib } from './schemes/passlib.scheme.js';
export { phpass } from './schemes/phpass.scheme.js';
export { wordpress } from './schemes/wordpress.scheme.js';
