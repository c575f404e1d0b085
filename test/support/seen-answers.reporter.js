import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';

const FOLDER = '.tmp/seen-answers';
const DESCRIBED = `${FOLDER}/described.json`;
const DATABASES = ['sqlite', 'postgres', 'mariadb', 'redis'];

/** After a run of all suites: fails it if a route describes an answer that no test has seen. */
export default class UnseenAnswers {
  error;

  onRunStart() {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
  }

  onRunComplete(_contexts, { numTotalTestSuites, numFailedTestSuites }) {
    const suites = readdirSync('test', { recursive: true }).filter((file) => file.endsWith('spec.ts')).length;
    const isWhole = DATABASES.every((name) => (process.env.TEST_DATABASES ?? '').split(',').includes(name));
    if (numTotalTestSuites < suites || numFailedTestSuites > 0 || !isWhole || !existsSync(DESCRIBED)) return;
    const described = JSON.parse(readFileSync(DESCRIBED, 'utf8'));
    const seen = new Set(seenIn(FOLDER));
    const shared = new Set([...seen].map(sharedPart).filter(Boolean));
    const unseen = described.filter((name) => !seen.has(name) && !shared.has(sharedPart(name)));
    if (unseen.length === 0) return;
    this.error = new Error(`No test has seen these answers, which routes describe:\n${unseen.join('\n')}`);
    console.error(this.error.message);
  }

  getLastError() {
    return this.error;
  }
}

/**
 * What is decided in one place for all routes: by the parser of bodies, the check of the origin, the limits, the second
 * half of a login, the flow of providers, and the rules of the database. To see it on one route is enough.
 */
const SHARED = [
  ...['400', '413', '414', '415', '503', '403 CROSS_ORIGIN_REQUEST', '429 TOO_MANY_ATTEMPTS'],
  ...['400 LOGIN_BAD_CREDENTIALS', '400 LOGIN_USER_NOT_VERIFIED', '400 ACCESS_TOKEN_ALREADY_EXPIRED'],
  ...[
    '400 OAUTH_PROVIDER_ERROR',
    '502 OAUTH_PROVIDER_UNAVAILABLE',
    '409 USER_FIELD_TAKEN',
    '409 USER_IN_USE',
  ],
];
const sharedPart = (name) => SHARED.find((part) => name.endsWith(` ${part}`));

const seenIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n'));
