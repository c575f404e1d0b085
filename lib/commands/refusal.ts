/** A command cannot be done as it was given. The message is one sentence for the person who gave it, without a secret. */
export class CommandRefusedError extends Error {
  override readonly name = 'CommandRefusedError';
}
