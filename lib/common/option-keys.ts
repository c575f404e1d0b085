/**
 * The names of all options of an interface, in the order given. A name that is missing does not compile, and neither does
 * one that is no option: a list for the run time can't differ from the type.
 */
export const keysOf = <Options extends object>(
  names: Readonly<Record<keyof NoInfer<Options>, true>>,
): (keyof Options & string)[] => Object.keys(names) as (keyof Options & string)[];
