import { ConfigurationError, toldAt } from './configuration-error.js';

/** @throws {ConfigurationError} for an option that does not exist, most often a typing error */
export function refuseUnknown(where: string, given: object, known: readonly string[]): void {
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  const path = where === '' ? stranger : `${where}.${stranger}`;
  throw new ConfigurationError(
    `the option ${path} does not exist; the options here are ${known.join(', ')}.`,
  );
}

export function requireWholeNumber(path: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && isBetween(value, least, most)) return value;
  throw new ConfigurationError(`${path} must be a whole number from ${least} to ${most}${hintAt(value)}.`);
}

/** For times that may be shorter than a second. */
export function requireNumber(path: string, value: unknown, least: number, most: number): number {
  if (isBetween(value, least, most)) return value;
  throw new ConfigurationError(`${path} must be a number from ${least} to ${most}${hintAt(value)}.`);
}

const isBetween = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most;

const hintAt = (value: unknown): string =>
  typeof value === 'string' && Number.isFinite(Number(value))
    ? '; this is a text, so convert it with Number()'
    : '';

const TEN_YEARS = 315_360_000;
export const requireSeconds = (path: string, value: unknown): number =>
  requireWholeNumber(path, value, 1, TEN_YEARS);

export function requireBoolean(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ConfigurationError(`${path} must be true or false.`);
}

/** Whether a text is an origin exactly as browsers write it, not a pattern. */
export function isOrigin(text: unknown): boolean {
  if (typeof text !== 'string' || text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return text === origin && /^https?:$/.test(protocol);
}

export function requireOrigins(path: string, value: unknown): void {
  const how = 'as browsers write them, such as https://app.example.com';
  if (!Array.isArray(value)) throw new ConfigurationError(`${path} must be a list of origins ${how}.`);
  const wrong = value.findIndex((origin) => !isOrigin(origin));
  if (wrong === -1) return;
  throw new ConfigurationError(`${path} must list origins ${how}; ${JSON.stringify(value[wrong])} is none.`);
}

/** @param what describes the URL, in words that follow "give it" */
export function requireUrl(path: string, value: unknown, what: string): URL {
  const example = 'such as https://id.example.com';
  if (value === undefined || value === '') {
    throw new ConfigurationError(`${path} is missing; give it ${what}, ${example}.`);
  }
  if (typeof value === 'string' && URL.canParse(value)) return new URL(value);
  throw new ConfigurationError(`${path} must be a URL with a scheme, ${example}.`);
}

/** @param what describes the function, in words that follow "a function" */
export function requireFunction(path: string, value: unknown, what: string): void {
  if (typeof value !== 'function') throw new ConfigurationError(`${path} must be a function ${what}.`);
}

/** Whether a URL points to this machine. Browsers and providers allow such a URL without TLS. */
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

export const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * @throws {ConfigurationError} for arguments of a call that takes none; TypeScript refuses them, JavaScript
 * does not
 */
export function refuseArguments(
  call: string,
  given: readonly unknown[],
  factory: (...none: never[]) => unknown,
): void {
  if (given.length === 0) return;
  toldAt(factory, () => {
    throw new ConfigurationError(`${call} takes no arguments; leave its parentheses empty.`);
  });
}

export function requireObject(path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new ConfigurationError(`${path} must be an object.`);
}

/** Whether a name can be one segment of a path: letters, digits and hyphens. */
export const isPathName = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z0-9]+(-[a-z0-9]+)*$/i.test(name);
