import type { BackendOptions } from '../../authentication/backend.options.js';
import { database } from '../../authentication/strategies/database.strategy.js';
import { jwt } from '../../authentication/strategies/jwt.strategy.js';
import { redis } from '../../authentication/strategies/redis.strategy.js';
import { bearer } from '../../authentication/transports/bearer.transport.js';
import { cookie } from '../../authentication/transports/cookie.transport.js';
import { ConfigurationError } from '../../common/configuration-error.js';
import { isPathName, isPlainObject, refuseUnknown } from '../../common/option-checks.js';
import { keysOf } from '../../common/option-keys.js';

const PARTS = {
  transport: { factories: { bearer, cookie }, examples: 'bearer() or cookie()' },
  strategy: { factories: { jwt, database, redis }, examples: 'jwt(), database() or redis()' },
};
type PartName = keyof typeof PARTS;

const BACKEND_KEYS = keysOf<BackendOptions>({ name: true, path: true, transport: true, strategy: true });
const SHAPE = '{ name, transport, strategy }';

/** @throws {ConfigurationError} */
export function checkBackends(backends: BackendOptions[]): BackendOptions[] {
  if (isPlainObject(backends)) {
    throw new ConfigurationError(
      `backends must be a list of ${SHAPE}; pass the settings of a backend to its transport and its strategy, such as jwt({ lifetimeSeconds: 900 }), or return them from the factory of forRootAsync.`,
    );
  }
  if (!Array.isArray(backends) || backends.length === 0) {
    throw new ConfigurationError(`backends must hold at least one backend, as ${SHAPE}.`);
  }
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, backend] of backends.entries()) {
    if (!isPlainObject(backend)) throw new ConfigurationError(`backends[${index}] must be ${SHAPE}.`);
    const { name, path = name, transport, strategy } = backend;
    refuseUnknown(`backends[${index}]`, backend, BACKEND_KEYS);
    if (name === undefined) {
      throw new ConfigurationError(
        `backends[${index}].name is missing; give it a name, such as 'jwt', which becomes part of its paths.`,
      );
    }
    if (!isPathName(name)) {
      throw new ConfigurationError(
        `backends[${index}].name must have only letters, digits and hyphens, because it is part of paths.`,
      );
    }
    // Express compares paths case-insensitively.
    if (names.has(name.toLowerCase()))
      throw new ConfigurationError(`backends[${index}].name ${name} is already taken; names must differ.`);
    names.add(name.toLowerCase());
    checkPath(name, path, paths);
    checkPart(name, 'transport', transport);
    checkPart(name, 'strategy', strategy);
  }
  return backends;
}

function checkPath(name: string, path: unknown, taken: Set<string>): void {
  if (typeof path !== 'string' || (path !== '' && !path.split('/').every(isPathName))) {
    throw new ConfigurationError(
      `backends.${name}.path must have only letters, digits, hyphens and slashes between them, or be ''.`,
    );
  }
  if (taken.has(path.toLowerCase())) {
    throw new ConfigurationError(
      `backends.${name}.path ${path || "''"} is also the path of another backend; paths must differ.`,
    );
  }
  taken.add(path.toLowerCase());
}

/** A part is a definition, or a class of the host. */
function checkPart(
  backend: string,
  name: PartName,
  part: BackendOptions['transport'] | BackendOptions['strategy'] | undefined,
): void {
  const option = `backends.${backend}.${name}`;
  const { factories, examples } = PARTS[name];
  if (typeof part === 'function') {
    requireCalled(option, part);
    return;
  }
  if (typeof part?.create !== 'function') {
    const fault = part === undefined ? 'is missing; give it' : 'must be';
    throw new ConfigurationError(`${option} ${fault} ${examples}, or a class of your own.`);
  }
  const other = PARTS[name === 'transport' ? 'strategy' : 'transport'].factories;
  if (part.kind in other && !(part.kind in factories)) {
    throw new ConfigurationError(`${option} is ${part.kind}(), which is not a ${name}; give it ${examples}.`);
  }
  if (part.options !== undefined && !isPlainObject(part.options)) {
    throw new ConfigurationError(
      `backends.${backend}: ${part.kind}() takes an object of options: ${part.settings.join(', ')}.`,
    );
  }
  refuseUnknown(`backends.${backend}: ${part.kind}()`, part.options ?? {}, part.settings);
}

/** Otherwise Nest would treat the function as a class and create an instance of it. */
function requireCalled(option: string, part: { readonly name: string; readonly prototype?: unknown }): void {
  const ours = Object.values(PARTS).flatMap(({ factories }) => Object.values<unknown>(factories));
  if (ours.includes(part)) {
    throw new ConfigurationError(`${option}: ${part.name} lacks its parentheses; write ${part.name}().`);
  }
  if (part.prototype === undefined) {
    throw new ConfigurationError(`${option} must be a class, or the result of a function such as jwt().`);
  }
}
