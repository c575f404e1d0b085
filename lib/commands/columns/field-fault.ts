/** A value that a column cannot have. The reason never quotes the value, which may be a secret. */
export class FieldFaultError extends Error {
  override readonly name = 'FieldFaultError';

  /**
   * @param field the name of the field; `undefined` if the whole line is meant
   * @param reason a sentence without its subject: "is missing"
   */
  constructor(
    readonly field: string | undefined,
    readonly reason: string,
  ) {
    super(field === undefined ? `It ${reason}.` : `${field} ${reason}.`);
  }
}
