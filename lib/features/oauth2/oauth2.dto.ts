import { Expose, Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, Matches } from 'class-validator';
import { IsOmittable } from '../../common/validation/constraints.js';

const MOST_SCOPES = 50;

/** A query parameter with one value is a text, with several values an array. */
const toArray = ({ value }: { value: unknown }): unknown =>
  value === undefined ? undefined : [value].flat();

/** The query of a request that starts a flow. */
export class AuthorizeDto {
  /** Each must be one of the client's `scopes` or `allowedScopes`. */
  @IsOmittable()
  @IsArray()
  @ArrayMaxSize(MOST_SCOPES)
  @IsString({ each: true })
  @Transform(toArray)
  scopes?: string[];

  /** The page to return to, of one of `allowedRedirectOrigins`. */
  @IsOmittable()
  @IsString()
  @Expose({ name: 'redirect_to' })
  redirectTo?: string;
}

/** The query of a request that starts a login for which the page gets a code. */
export class AuthorizeForCodeDto extends AuthorizeDto {
  /** SHA-256, in base64url, of a secret that the page creates and keeps (RFC 7636 §4.2). */
  @IsOmittable()
  @IsString()
  @Matches(/^[\w-]{43}$/, { message: 'code_challenge must be SHA-256 in base64url' })
  @Expose({ name: 'code_challenge' })
  codeChallenge?: string;
}

/** The body with which a page exchanges its code for a token. */
export class CodeDto {
  @IsString()
  code!: string;

  /** The secret of the `code_challenge` that the page sent (RFC 7636 §4.1). */
  @IsString()
  @Expose({ name: 'code_verifier' })
  codeVerifier!: string;
}
