/**
 * For `@Transform()`, because values in a query are texts. A text that is not a whole number stays as it is, so
 * that validation refuses it.
 */
export const toNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** As {@link toNumber}, for `true` and `false`. */
export const toBoolean = ({ value }: { value: unknown }): unknown =>
  value === 'true' || (value === 'false' ? false : value);
