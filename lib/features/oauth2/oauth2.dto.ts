import { Expose, Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, Matches } from 'class-validator';
import { IsOmittable } from '../../common/validation/constraints.js';

const MOST_SCOPES = 50;

/** One value of a query is a text, several are an array. */
const toArray = ({ value }: { value: unknown }): unknown =>
  value === undefined ? undefined : [value].flat();

/** What may be asked of the way to a provider. */
export class AuthorizeDto {
  /** Among the client's `scopes` and `allowedScopes`. */
  @IsOmittable()
  @IsArray()
  @ArrayMaxSize(MOST_SCOPES)
  @IsString({ each: true })
  @Transform(toArray)
  scopes?: string[];

  /** The page to come back to, of one of `allowedRedirects`. */
  @IsOmittable()
  @IsString()
  @Expose({ name: 'redirect_to' })
  redirectTo?: string;
}

/** What may be asked of the way to a provider where a page gets a code. */
export class AuthorizeForCodeDto extends AuthorizeDto {
  /** SHA-256, in base64url, of a secret that the page makes and keeps (RFC 7636 §4.2). */
  @IsOmittable()
  @IsString()
  @Matches(/^[\w-]{43}$/, { message: 'code_challenge must be SHA-256 in base64url' })
  @Expose({ name: 'code_challenge' })
  codeChallenge?: string;
}

/** What a page exchanges for a token. */
export class CodeDto {
  @IsString()
  code!: string;

  /** The secret whose `code_challenge` the page sent along (RFC 7636 §4.1). */
  @IsString()
  @Expose({ name: 'code_verifier' })
  codeVerifier!: string;
}
