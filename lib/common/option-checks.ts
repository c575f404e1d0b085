import { ConfigurationError } from './configuration-error.js';

/** @throws {ConfigurationError} for an option that does not exist, which is most often a typing error */
export function refuseUnknown(where: string, given: object, known: readonly string[]): void {
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  const path = where === '' ? stranger : `${where}.${stranger}`;
  throw new ConfigurationError(`the option ${path} does not exist; here are ${known.join(', ')}.`);
}

export function requireWholeNumber(path: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConfigurationError(`${path} must be a whole number from ${least} to ${most}.`);
}

const TEN_YEARS = 315_360_000;
export const requireSeconds = (path: string, value: unknown): number =>
  requireWholeNumber(path, value, 1, TEN_YEARS);

export function requireBoolean(path: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ConfigurationError(`${path} must be true or false.`);
}

/** An origin exactly as browsers write it, and no pattern. */
export function isOrigin(text: unknown): boolean {
  if (typeof text !== 'string' || text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return text === origin && /^https?:$/.test(protocol);
}

/** @param what it is, in words that follow "give it" */
export function requireUrl(path: string, value: unknown, what: string): URL {
  const example = 'such as https://id.example.com';
  if (value === undefined || value === '') {
    throw new ConfigurationError(`${path} is missing; give it ${what}, ${example}.`);
  }
  if (typeof value === 'string' && URL.canParse(value)) return new URL(value);
  throw new ConfigurationError(`${path} must be an address with its scheme, ${example}.`);
}

/** @param what it does, in words that follow "a function" */
export function requireFunction(path: string, value: unknown, what: string): void {
  if (typeof value !== 'function') throw new ConfigurationError(`${path} must be a function ${what}.`);
}

/** Whether no wire is on the way: browsers and providers let such go without TLS. */
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

export function requireObject(path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new ConfigurationError(`${path} must be an object.`);
}

/** Whether a name may stand in a path, whatever else does: letters, digits and hyphens. */
export const isPathName = (name: unknown): name is string =>
  typeof name === 'string' && /^[a-z0-9]+(-[a-z0-9]+)*$/i.test(name);
