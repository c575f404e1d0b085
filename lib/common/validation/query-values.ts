/** For `@Transform()`: the values of a query are texts. What is no whole number stays one, and is refused as such. */
export const toNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** As {@link toNumber}, for `true` and `false`. */
export const toBoolean = ({ value }: { value: unknown }): unknown =>
  value === 'true' || (value === 'false' ? false : value);
