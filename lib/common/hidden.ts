/**
 * Adds a property to the object that only code which names it can read. It may hold a secret: printing (hidden
 * properties included), copying and serializing the object all leave it out.
 */
export const withHidden = <T extends object, Name extends keyof T>(
  name: Name,
  value: T[Name],
  object: Omit<T, Name>,
): T => Object.defineProperty(object, name, { get: () => value, enumerable: false }) as T;
