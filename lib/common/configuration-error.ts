/**
 * The host application is set up wrongly, and does not start. The message is one sentence that names the
 * option and what to change.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(sentence: string) {
    super(`nestjs-users: ${sentence}`);
  }
}
