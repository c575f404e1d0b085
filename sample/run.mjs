// Compiles a sample and runs it in its own folder: npm run sample quickstart
import { constants } from 'node:os';
import { compile, node, samples } from './samples.mjs';

const wanted = process.argv[2];
const sample = samples.find(({ folder, name }) => wanted === name || wanted === folder);

if (!sample) {
  console.error(['Which sample?', ...samples.map(({ name }) => `  npm run sample ${name}`)].join('\n'));
  process.exit(2);
}
if (!(await compile(sample))) process.exit(1);

const application = node(['dist/main.js'], { cwd: sample.path });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => application.kill(signal));
application.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
