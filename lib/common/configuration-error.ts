/**
 * The host application is set up wrongly, and does not start. The message is one sentence that names the
 * option and what to change.
 */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';

  constructor(sentence: string) {
    super(`nestjs-users: ${sentence}`);
    // Nest prints the stack of what stops a boot; where in this library it was thrown helps nobody.
    this.stack = `${this.name}: ${this.message}`;
  }
}
