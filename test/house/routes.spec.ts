import 'reflect-metadata';
import { oauth2 } from 'nestjs-users/oauth2';
import { optionNames } from '../../lib/features/feature.js';
import { FEATURES } from '../../lib/module/features.js';
import { resolvePlan } from '../../lib/module/plan.js';
import { nowhere, OneTimeToken, PUBLIC_URL } from '../support/oauth2.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import { routesIn } from '../support/routes.js';
import { Member, MemberSession, Role } from '../support/users.js';
import { read } from './files.js';

const flags = FEATURES.flatMap((feature) =>
  'kinds' in feature
    ? [[feature.key, Object.fromEntries(optionNames(feature, 'flag').map((name) => [name, true]))]]
    : [],
);

/** Every feature and every flag is on. */
const plan = resolvePlan({
  entities: {
    user: Member,
    session: MemberSession,
    role: Role,
    oauthAccount: MemberOAuthAccount,
    oneTimeToken: OneTimeToken,
  },
  ...(Object.fromEntries(flags) as object),
  oauth2: oauth2({ clients: [nowhere('acme')], publicUrl: PUBLIC_URL }),
});

/** A section is about the feature whose option it begins with. */
const sections = read('docs/routes.md')
  .split(/^## /m)
  .flatMap((text) => {
    const [, feature] = /^.+\n+`(\w+): /.exec(text) ?? [];
    return feature === undefined ? [] : [{ feature, text }];
  });

test('docs/routes.md has a section for each feature', () => {
  const features = FEATURES.map(({ key }) => key).sort();
  expect([...plan.open].sort()).toEqual(features);
  expect(sections.map(({ feature }) => feature).sort()).toEqual(features);
});

test.each(sections)(
  'docs/routes.md has exactly the routes of $feature, at their default paths',
  (section) => {
    const rows = [...section.text.matchAll(/^\| `([A-Z]+) (\S+)` +\|/gm)];
    const listed = rows.map(([, method, path = '']) => `${method} ${path.replace('{client}', 'acme')}`);
    const features = plan.features.filter(({ feature }) => feature.key === section.feature);
    const routes = features.flatMap(({ feature, options }) =>
      routesIn(feature.build(options, plan).controllers),
    );
    expect(routes.length).toBeGreaterThan(0);
    expect(listed.sort()).toEqual(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort());
  },
);

test('no other section of docs/routes.md lists a route', () => {
  const all = read('docs/routes.md').match(/^\| `[A-Z]+ \//gm) ?? [];
  const inSections = sections.flatMap(({ text }) => text.match(/^\| `[A-Z]+ \//gm) ?? []);
  expect(all).toHaveLength(inSections.length);
});
