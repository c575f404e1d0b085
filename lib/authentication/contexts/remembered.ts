import type { ExecutionContext } from '@nestjs/common';
import type { Identity } from '../backend.js';
import { fieldOf } from './graphql-field.js';
import { isObject } from './handshake.js';

/** Who is logged in, by the handler. */
type Found = Map<unknown, Identity | undefined>;
/** The same, by the path of a field. */
type Remembered = Map<string, Found>;

const remembered = new WeakMap<object, Remembered>();
const NO_PATH = '';

/** What the guards of a handler found, for the parameters of the handler. */
interface Place {
  /** What the guards and the parameters both see, and no other request, message or operation has. */
  owner: object;
  /** The owner of a subscription, whose events are executions of their own. */
  subscription?: object;
  paths: () => Iterable<string>;
}

/**
 * Stands among the arguments of a message of a socket. Guards and parameters both see it there, and nothing else is
 * the message's own: the client is the same for all messages, and the data may be a text.
 */
class MessageLogin {
  constructor(public identity: Identity | undefined) {}
}

const loginOf = (message: unknown[]): MessageLogin | undefined =>
  message.find((each) => each instanceof MessageLogin);

/**
 * Stores the logged-in user for one handler. Outside HTTP, a request is no place for it: several fields and several
 * messages share one, and their guards may find different things.
 */
export function rememberAt(context: ExecutionContext, identity: Identity | undefined): void {
  if (context.getType() === 'ws') return rememberIn(context.getArgs(), identity);
  const place = placeOf(context);
  if (!place) return;
  const [path = NO_PATH] = place.paths();
  for (const owner of ownersOf(place)) {
    const known: Remembered = remembered.get(owner) ?? new Map();
    const here: Found = known.get(path) ?? new Map();
    remembered.set(owner, known.set(path, here.set(context.getHandler(), identity)));
  }
}

/** Nest takes the client and the data from the front, the acknowledgement by its type, and the pattern from the end. */
function rememberIn(message: unknown[], identity: Identity | undefined): void {
  const login = loginOf(message);
  if (login) login.identity = identity;
  else message.splice(-1, 0, new MessageLogin(identity));
}

/** Who is logged in at a handler: what its guards found, or else those of the field around it. */
export function identityAt(context: ExecutionContext): Identity | undefined {
  if (context.getType() === 'ws') return loginOf(context.getArgs())?.identity;
  const place = placeOf(context);
  if (!place) return undefined;
  const [own = NO_PATH, ...around] = place.paths();
  const handler = context.getHandler();
  const found = ownersOf(place).flatMap((owner) => remembered.get(owner) ?? []);
  for (const at of found) {
    const here = at.get(own);
    if (here?.has(handler)) return here.get(handler);
  }
  for (const path of around) {
    const there = found.flatMap((at) => at.get(path) ?? []).at(0);
    if (there) return [...there.values()].at(-1);
  }
  return undefined;
}

const ownersOf = ({ owner, subscription }: Place): object[] => [
  owner,
  ...(subscription ? [subscription] : []),
];

/** What stands for one call of a handler, also where a host wraps the context, as `GqlExecutionContext.create()` does. */
export const callOf = (context: ExecutionContext): object =>
  context.getType<string>() === 'graphql' ? (fieldOf(context)?.info ?? context) : context.getArgs();

function placeOf(context: ExecutionContext): Place | undefined {
  if (context.getType<string>() !== 'graphql') return messageOf(context);
  const field = fieldOf(context);
  if (!field) return undefined;
  const { execution: owner, operation, paths, context: own } = field;
  return { owner, paths, ...(operation === 'subscription' && { subscription: own }) };
}

/** A transporter makes a context for each message. */
function messageOf(context: ExecutionContext): Place | undefined {
  const owner = [1, 0].map((index): unknown => context.getArgByIndex(index)).find(isObject);
  return owner && { owner, paths: () => [NO_PATH] };
}
