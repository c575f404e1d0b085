import { Readable } from 'node:stream';

// Runs commands that arrive as messages, one after another, so that Nest and TypeORM are loaded once for all of them.
// Only what ends the process and what it prints are replaced.
const { main } = await import(process.argv[2]);
const { exit } = process;
const [writeOut, writeErr] = [process.stdout.write, process.stderr.write];

process.on('message', ({ args, input }) => void run(args, input));
process.on('disconnect', () => exit(0));
process.send('ready');

async function run(args, input) {
  const printed = { out: '', err: '' };
  const into = (name) => (text, encoding, done) => {
    printed[name] += text.toString();
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
  process.stdout.write = into('out');
  process.stderr.write = into('err');
  Object.defineProperty(process, 'stdin', {
    value: Readable.from([Buffer.from(input, 'latin1')]),
    configurable: true,
  });
  const ended = new Promise((resolve) => (process.exit = resolve));
  await main(args);
  const code = await ended;
  [process.stdout.write, process.stderr.write] = [writeOut, writeErr];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  process.stdout.removeAllListeners('error');
  process.send({ code, ...printed });
}
