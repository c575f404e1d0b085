import type { AccountClaims } from 'oidc-provider';

/** What Acme knows of somebody, by the name that they log in with: for most, an address that it has verified. */
export function claimsOf(id: string): AccountClaims {
  const claims = { sub: id, name: id.charAt(0).toUpperCase() + id.slice(1) };
  if (id === 'cleo') return claims;
  return { ...claims, email: `${id}@example.com`, email_verified: id !== 'bob' };
}
