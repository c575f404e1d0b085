import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { google } from 'nestjs-users/oauth2';
import { fakeProvider } from 'nestjs-users/testing';
import type { BaseUser } from 'nestjs-users';
import { blocksOf } from '../house/examples/blocks.js';
import { evaluate } from '../house/examples/evaluate.js';
import { type Host, onEachHost } from '../support/host.js';
import { BEARER, linksOf, OAuthAccount, withProviders } from '../support/oauth2.js';

interface LinkedAccounts {
  link: (file: string) => Promise<string[]>;
}

const CLIENTS = [google({ clientId: 'an-application', clientSecret: 'planted-client-secret-0123456789' })];
const PROVIDERS = withProviders(CLIENTS);
const PAGE = 'docs/import-and-export.md';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-users-moving-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The class of the page, with what Nest injects. */
async function linkedAccounts({ service, rows }: Host): Promise<LinkedAccounts> {
  const block = blocksOf(PAGE).find(({ code }) => code.includes('class LinkedAccounts'));
  if (!block) throw new Error(`${PAGE} has no class LinkedAccounts.`);
  const shown = (await evaluate(block, { OAuthAccount })) as {
    LinkedAccounts: new (...injected: unknown[]) => LinkedAccounts;
  };
  return new shown.LinkedAccounts(service, rows(OAuthAccount));
}

/** The lines that the page shows. */
function accountsFile(): string {
  const shown = blocksOf(PAGE).find(({ code }) => code.includes('"subject"'))?.code ?? '';
  const line = JSON.parse(shown) as Record<string, string>;
  const stranger = { ...line, email: 'nobody@example.com', subject: '7' };
  const file = join(folder, 'accounts.ndjson');
  writeFileSync(file, [line, stranger].map((each) => `${JSON.stringify(each)}\n`).join(''));
  return file;
}

onEachHost((boot) => {
  test('a user from elsewhere logs in by the account that was linked by the class of the page', async () => {
    const host = await boot({ ...BEARER, ...PROVIDERS, fresh: true });
    const ada: BaseUser = await host.service.addUser({ email: 'Ada@Example.com', passwordHash: null });
    const person = { subject: '110169484474386276334', email: 'ada@gmail.com', emailVerified: true };
    const accounts = await linkedAccounts(host);

    for (let round = 0; round < 2; round++) expect(await accounts.link(accountsFile())).toEqual(['7']);
    expect(await linksOf(host)).toMatchObject([{ provider: 'google', accountId: person.subject }]);
    expect((await fakeProvider(host.app, 'google').logIn(person)).status).toBe(200);
    expect(await linksOf(host)).toMatchObject([{ accountEmail: 'ada@gmail.com', user: { id: ada.id } }]);
    expect(await host.users.count()).toBe(1);
  });
});
