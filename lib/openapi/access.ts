import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import type { Backend } from '../authentication/backend.js';
import { guardsAt, ruleOf } from '../authentication/guard-rule.js';
import type { ResolvedPlan } from '../module/plan.js';
import type { Entities } from './entities.js';
import { bodyOf, descriptionOf, type FailureDescription, queryOf } from '../common/route-description.js';

/** What all routes of an application have in common. */
export interface DocumentedApplication {
  plan: ResolvedPlan;
  backends: readonly Backend[];
  requiresVerification: boolean;
  entities: Entities;
  /** What Nest calls its server: `express`, `fastify`, or another one. */
  adapter: string;
}

/** Who may use a route, as its guards say. */
export interface Access {
  needsLogin: boolean;
  /** Whether a guard of this library stands at the route itself. */
  isGuarded: boolean;
  /** The backends whose credentials count. */
  backends: readonly Backend[];
  needsVerification: boolean;
  /** Whether some logged-in users are refused. */
  authorizes: boolean;
}

export function accessOf(
  controller: Type,
  handler: object,
  application: Pick<DocumentedApplication, 'backends' | 'requiresVerification'>,
): Access {
  const guards = [handler, controller].flatMap(guardsAt);
  const rules = guards.flatMap((guard) => ruleOf(guard) ?? []);
  const names = rules.flatMap(({ options }) =>
    Array.isArray(options.backends) ? [options.backends as string[]] : [],
  );
  return {
    isGuarded: rules.length > 0,
    needsLogin: rules.some(({ options }) => !options.optional),
    backends: application.backends.filter(({ name }) => names.every((list) => list.includes(name))),
    needsVerification: rules.some(({ options }) => options.verified ?? application.requiresVerification),
    // A guard of the host may refuse anybody.
    authorizes: rules.some(({ authorizes }) => authorizes) || rules.length < guards.length,
  };
}

/** Everything that can go wrong at a route. */
export function failuresOf(
  handler: object,
  access: Access,
  { adapter }: DocumentedApplication,
): FailureDescription[] {
  const { ids = {}, failures = [] } = descriptionOf(handler) ?? {};
  return [
    ...(isRead(handler) ? [] : BODY_FAILURES),
    ...(bodyOf(handler) || queryOf(handler)
      ? [{ status: 422, when: 'A field is missing or breaks a rule.' }]
      : []),
    ...(access.needsLogin ? loginFailures(handler, access) : []),
    ...(Object.keys(ids).length > 0 ? (PATH_FAILURES[adapter] ?? []) : []),
    ...Object.values(ids).map((entity) => ({ status: 404, when: `No ${NAMES[entity]} has this id.` })),
    ...failures,
    { status: 503, when: 'A part of the application is down or too busy. Try again later.' },
  ];
}

const isRead = (handler: object): boolean =>
  Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.GET;

const NAMES = { user: 'user', role: 'role', session: 'session', oauthAccount: 'linked account' } as const;

/** The parser reads a body before any route, also if the route reads none. */
const BODY_FAILURES: readonly FailureDescription[] = [
  { status: 400, when: 'The body is not valid JSON.' },
  { status: 413, when: 'The body is too large.' },
  { status: 415, when: 'The body has another media type.' },
];

const UNDECODABLE = {
  status: 400,
  when: 'The path is not valid percent-encoding.',
  isOfServer: true,
} as const;

/** What the server itself refuses of a path with an id, by the kind of the server. */
const PATH_FAILURES: Readonly<Record<string, readonly FailureDescription[]>> = {
  express: [UNDECODABLE],
  fastify: [UNDECODABLE, { status: 414, when: 'The id is too long.', isOfServer: true }],
};

/** How the guards of a route refuse. */
export function loginFailures(
  handler: object,
  { backends, needsVerification, authorizes }: Access,
): FailureDescription[] {
  const checksOrigin =
    !isRead(handler) && backends.some(({ transport }) => transport.checkOrigin !== undefined);
  return [
    { status: 401, when: 'You are not logged in.' },
    ...(needsVerification ? (['USER_NOT_VERIFIED'] as const) : []),
    ...(authorizes ? [{ status: 403, when: 'You are not allowed to do this.' }] : []),
    ...(checksOrigin ? (['CROSS_ORIGIN_REQUEST'] as const) : []),
  ];
}
