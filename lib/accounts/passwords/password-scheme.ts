/** One way of hashing passwords. */
export interface PasswordScheme {
  /** Whether this is a complete, well-formed hash of this scheme. */
  owns(hash: string): boolean;
  /** Whether the hash has the configured costs. */
  isCurrent(hash: string): boolean;
  /** Why this scheme cannot hash the whole password; `undefined` if it can. */
  refusal(password: string): string | undefined;
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}
