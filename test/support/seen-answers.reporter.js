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
    const unseen = described.filter((name) => !seen.has(name));
    if (unseen.length === 0) return;
    this.error = new Error(`No test has seen these answers, which routes describe:\n${unseen.join('\n')}`);
    console.error(this.error.message);
  }

  getLastError() {
    return this.error;
  }
}

const seenIn = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .flatMap((file) => readFileSync(`${folder}/${file}`, 'utf8').split('\n'));
