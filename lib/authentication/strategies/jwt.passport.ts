import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { ALGORITHM, isSound, type SignedTokens } from '../../common/signed-tokens.js';
import type { AccessClaims } from './access-claims.js';

interface Carrier {
  token: string;
}

/**
 * passport-jwt with its own registry: with the global one, two applications in one process would share
 * strategies. It checks the token only. The user's row decides whether the token is still valid.
 */
export class JwtPassport extends PassportStrategy(Strategy) {
  constructor(private readonly tokens: SignedTokens<AccessClaims>) {
    super({
      jwtFromRequest: (carrier: unknown) => (carrier as Carrier).token,
      secretOrKeyProvider: (
        _carrier: unknown,
        token: string,
        done: (error: unknown, key?: unknown) => void,
      ) => {
        const key = tokens.keyOf(token);
        done(key ? null : new Error('unknown key'), key);
      },
      algorithms: [ALGORITHM],
      audience: tokens.audience,
      issuer: tokens.issuer,
    } as never);
  }

  /** Overrides the mixin's method, which returns the global registry. */
  getPassportInstance(): unknown {
    return new passport.Passport();
  }

  validate(claims: AccessClaims): AccessClaims | false {
    const { auth_time: authenticatedAt, sid } = claims;
    const isOurs = Number.isSafeInteger(authenticatedAt) && (sid === undefined || typeof sid === 'string');
    return isSound(claims, this.tokens.audience) && isOurs && claims;
  }

  /** Runs the strategy for one token. A strategy object stores its outcome, so each run has its own object. */
  judge(token: string): Promise<AccessClaims | undefined> {
    return new Promise((resolve, reject) => {
      const run = Object.assign(Object.create(this) as JwtPassport, {
        success: resolve,
        fail: () => resolve(undefined),
        error: reject,
      });
      run.authenticate({ token } as never);
    });
  }
}
