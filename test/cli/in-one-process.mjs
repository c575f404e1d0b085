import { Readable } from 'node:stream';

// Runs commands that arrive as messages, one after another, so that Nest and TypeORM are loaded once for all of them.
// Only what ends the process and what it prints are replaced.
const { main } = await import(process.argv[2]);

process.on('message', ({ args, input }) => void run(args, input));
process.on('disconnect', () => process.kill(process.pid));
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
  // Below what was put there is the method of the stream itself.
  for (const stream of [process.stdout, process.stderr]) delete stream.write;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  process.stdout.removeAllListeners('error');
  process.send({ code, ...printed });
}
