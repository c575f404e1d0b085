/** Fields of a JSON object; a value of undefined leaves the field out. */
export type Fields = Record<string, unknown>;

/** The claims of an ID token as they should be. */
export interface RightClaims extends Fields {
  iss: string;
  aud: string;
  iat: number;
  exp: number;
}

/** Whose signature an ID token carries; `alg` follows: RS256, HS256 or none. */
export type Signer =
  'published key' | 'unpublished key' | 'client secret' | 'public key as secret' | 'nobody';

/** How ID tokens differ from right ones. */
export interface IdTokenFault {
  /** Go over the right claims before the token is signed. */
  claims?: (right: RightClaims) => Fields;
  /** Go over `alg`, `typ` and `kid`; a function is given the unpublished key as a JWK. */
  header?: Fields | ((unpublished: Fields) => Fields);
  signedBy?: Signer;
  /** Go over the signed claims; the signature stays as it was. */
  tampered?: Fields;
  /** Takes the place of the signature. */
  signature?: string;
}

/** ID tokens that no client may believe. */
export const ID_TOKEN_FAULTS = {
  'alg none': { signedBy: 'nobody' },
  'alg None': { signedBy: 'nobody', header: { alg: 'None' } },
  'alg none with the signature of RS256': { header: { alg: 'none' } },
  'no alg': { header: { alg: undefined } },
  'HS256 keyed with the client secret': { signedBy: 'client secret' },
  'HS256 keyed with the public key': { signedBy: 'public key as secret' },
  'RS256 that says HS256': { header: { alg: 'HS256' } },
  'RS256 that says ES256': { header: { alg: 'ES256' } },
  'unpublished key': { signedBy: 'unpublished key' },
  'unpublished key, no kid': { signedBy: 'unpublished key', header: { kid: undefined } },
  'unpublished key in the header': { signedBy: 'unpublished key', header: (jwk) => ({ jwk }) },
  'unknown kid': { header: { kid: 'unknown' } },
  'unknown crit': { header: { crit: ['unknown'], unknown: true } },
  'tampered payload': { tampered: { sub: 'admin' } },
  'empty signature': { signature: '' },
  expired: { claims: ({ iat }) => ({ iat: iat - 7200, exp: iat - 3600 }) },
  'no exp': { claims: () => ({ exp: undefined }) },
  'exp as a string': { claims: ({ exp }) => ({ exp: `${exp}` }) },
  'no iat': { claims: () => ({ iat: undefined }) },
  'nbf in the future': { claims: ({ iat }) => ({ nbf: iat + 3600 }) },
  'other aud': { claims: () => ({ aud: 'another-client' }) },
  'no aud': { claims: () => ({ aud: undefined }) },
  'aud of others in an array': { claims: () => ({ aud: ['another-client', 'a-third'] }) },
  'aud of us and others': { claims: ({ aud }) => ({ aud: [aud, 'another-client'] }) },
  'aud of us and others, azp another': {
    claims: ({ aud }) => ({ aud: [aud, 'another-client'], azp: 'another-client' }),
  },
  'other iss': { claims: () => ({ iss: 'https://accounts.example.com' }) },
  'iss with a slash': { claims: ({ iss }) => ({ iss: `${iss}/` }) },
  'no iss': { claims: () => ({ iss: undefined }) },
  'other nonce': { claims: () => ({ nonce: 'another-nonce' }) },
  'no nonce': { claims: () => ({ nonce: undefined }) },
  'no sub': { claims: () => ({ sub: undefined }) },
  'sub null': { claims: () => ({ sub: null }) },
  'sub empty': { claims: () => ({ sub: '' }) },
  'sub as a number': { claims: () => ({ sub: 42 }) },
  'sub as an object': { claims: () => ({ sub: { id: 'user-1' } }) },
  'sub as an array': { claims: () => ({ sub: ['user-1'] }) },
  'sub of 256 characters': { claims: () => ({ sub: 'x'.repeat(256) }) },
  'sub of a million characters': { claims: () => ({ sub: 'x'.repeat(1_000_000) }) },
  'sub beyond ASCII': { claims: () => ({ sub: 'usér-1' }) },
  'sub with a NUL': { claims: () => ({ sub: 'user\0-1' }) },
} satisfies Record<string, IdTokenFault>;

/** ID tokens of which OpenID Connect leaves it to the client what to think. */
export const ID_TOKEN_ODDITIES = {
  'no kid': { header: { kid: undefined } },
  'no typ': { header: { typ: undefined } },
  'typ of an access token': { header: { typ: 'at+jwt' } },
  'expired ten seconds ago': { claims: ({ iat }) => ({ exp: iat - 10 }) },
  'exp in a hundred years': { claims: ({ iat }) => ({ exp: iat + 100 * 365 * 86_400 }) },
  'iat in an hour': { claims: ({ iat }) => ({ iat: iat + 3600, exp: iat + 7200 }) },
  'iat a year ago': { claims: ({ iat }) => ({ iat: iat - 365 * 86_400 }) },
  'exp before iat': { claims: ({ iat }) => ({ iat: iat + 600 }) },
  'aud of us in an array': { claims: ({ aud }) => ({ aud: [aud] }) },
  'aud of us and others, azp ours': { claims: ({ aud }) => ({ aud: [aud, 'another-client'], azp: aud }) },
  'azp another': { claims: () => ({ azp: 'another-client' }) },
  'sub of 255 characters': { claims: () => ({ sub: 'x'.repeat(255) }) },
  'sub of a space': { claims: () => ({ sub: ' ' }) },
} satisfies Record<string, IdTokenFault>;
