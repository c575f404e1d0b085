import type { OAuthProfile, ProfileSource } from './client.options.js';

/** The standard claims (OpenID Connect Core 1.0 §5.1). */
export const openIdProfile = ({ claims }: ProfileSource): OAuthProfile => ({
  subject: claims['sub'] as string,
  email: claims['email'],
  emailVerified: claims['email_verified'],
  claims,
});

export const OPENID_SCOPES = ['openid', 'email', 'profile'] as const;
