import 'reflect-metadata';
import { cookie, jwt } from 'nestjs-users';
import { google, oauth2 } from 'nestjs-users/oauth2';
import type { Backend } from '../../../lib/authentication/backend.js';
import {
  bodyOf,
  descriptionOf,
  type InputDescription,
  queryOf,
  type RouteDescription,
} from '../../../lib/common/route-description.js';
import { optionNames } from '../../../lib/features/feature.js';
import { FEATURES } from '../../../lib/module/features.js';
import { resolvePlan } from '../../../lib/module/plan.js';
import { type Access, accessOf } from '../../../lib/openapi/access.js';
import { MemberOAuthAccount, OneTimeToken } from '../../support/oauth2-entities.js';
import { type Route, routesIn } from '../../support/routes.js';
import { Member, MemberSession, Role } from '../../support/users.js';

/** A host, and what it has otherwise than the first one. */
export interface DocumentedHost {
  /** As a page says it, such as "by cookie". Empty for the first host, which has only defaults. */
  where: string;
  routes: readonly DocumentedRoute[];
}

export interface DocumentedRoute {
  /** The key of its feature. */
  feature: string;
  /** `GET /users/:id` */
  name: string;
  /** `undefined` if the handler has no `@Describes()`. */
  description: RouteDescription | undefined;
  access: Access;
  /** Whether only the credentials of one backend count. */
  isOfOneBackend: boolean;
  body: InputDescription | undefined;
  query: InputDescription | undefined;
  /** Whether the option `dtos` names the class of the body. */
  hasOwnFields: boolean;
}

type Given = Readonly<Record<string, object>>;

const PROVIDER = google({ clientId: 'an-application', clientSecret: 'a secret' });

const FEATURES_WITH_KINDS = FEATURES.map((feature) =>
  'from' in feature ? oauth2({ clients: [] }).feature : feature,
);

/** Every route, at its default path. */
const WHOLE: Given = {
  ...Object.fromEntries(FEATURES.map(({ key }) => [key, {}])),
  currentUser: { deletion: true },
};

const BY_COOKIE = [{ name: 'jwt', transport: cookie(), strategy: jwt() }];

/** A host with defaults, one for each flag of a feature, and what else changes a route. */
export function documentedHosts(): DocumentedHost[] {
  const flags = new Set(FEATURES_WITH_KINDS.flatMap((feature) => optionNames(feature, 'flag')));
  return [
    hostOf('', {}),
    ...[...flags].map((flag) => hostOf(`with \`${flag}\``, withFlag(flag))),
    hostOf('by cookie', {}, BY_COOKIE),
    hostOf('by cookie with `returnUser`', withFlag('returnUser'), BY_COOKIE),
    hostOf('with `emailChange: false`', { currentUser: { emailChange: false } }),
  ];
}

const withFlag = (flag: string): Given =>
  Object.fromEntries(
    FEATURES_WITH_KINDS.flatMap((feature) =>
      optionNames(feature, 'flag').includes(flag) ? [[feature.key, { [flag]: true }]] : [],
    ),
  );

function hostOf(where: string, given: Given, backends?: typeof BY_COOKIE): DocumentedHost {
  const features = Object.entries(WHOLE).map(([key, whole]) => [key, { ...whole, ...given[key] }]);
  const { oauth2: login, ...others } = Object.fromEntries(features) as Record<string, object>;
  const plan = resolvePlan({
    entities: {
      user: Member,
      session: MemberSession,
      role: Role,
      oauthAccount: MemberOAuthAccount,
      oneTimeToken: OneTimeToken,
    },
    ...others,
    oauth2: oauth2({ clients: [PROVIDER], publicUrl: 'https://app.example.com', ...login }),
    backends,
  });
  const dtos = Object.values(plan.dtos);
  const routes = plan.features.flatMap(({ feature, options }) =>
    routesIn(feature.build(options, plan).controllers).map((route) => documented(feature.key, route, dtos)),
  );
  return { where, routes };
}

/** More than one, so that it shows where only one of them counts. */
const BACKENDS = ['jwt', 'another'].map((name) => ({ name }) as Backend); // Only their names are read.

function documented(
  feature: string,
  { method, path, controller, handler }: Route,
  dtos: readonly unknown[],
): DocumentedRoute {
  const description = descriptionOf(handler);
  const body = bodyOf(handler);
  const access = accessOf(controller, handler, { backends: BACKENDS, requiresVerification: true });
  return {
    feature,
    name: `${method.toUpperCase()} ${path.replace(PROVIDER.name, '{client}')}`,
    description: description && {
      ...description,
      summary: description.summary.replace(PROVIDER.name, '`{client}`'),
    },
    access,
    isOfOneBackend: access.backends.length < BACKENDS.length,
    body,
    query: queryOf(handler),
    hasOwnFields: dtos.includes(body?.dto),
  };
}
