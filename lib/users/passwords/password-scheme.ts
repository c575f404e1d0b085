/** One way of hashing passwords. */
export interface PasswordScheme {
  /** A whole, well-formed hash of this scheme. */
  owns(hash: string): boolean;
  /** Made with the costs that are configured now. */
  isCurrent(hash: string): boolean;
  /** Why this password can't be hashed faithfully, if so. */
  refusal(password: string): string | undefined;
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}
