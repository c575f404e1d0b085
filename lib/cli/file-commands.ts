import { createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { jsonText } from '../commands/export/json-text.js';
import type { ImportOptions, ImportSummary, Refusal } from '../commands/import/import-options.js';
import { openPrivateFile } from '../commands/private-file.js';
import { halves, pairs } from './field-options.js';
import type { Run, Workplace } from './run.js';
import { EXIT, InterruptedError, UsageError } from './outcome.js';
import { ProgressBar } from './progress-bar.js';
import { tell } from './streams.js';

type Format = 'ndjson' | 'csv';

interface ImportArguments {
  format?: Format;
  delimiter?: string;
  map?: string[];
  mapFile?: string;
  onExisting: 'skip' | 'update';
  updatePasswords?: boolean;
  withSuperusers?: boolean;
  dryRun?: boolean;
  report?: string;
  restart?: boolean;
}

/** The commands that read and write files. */
export function addFileCommands(program: Command, run: Run): void {
  addImport(program, run);
  program
    .command('export')
    .description('write all users as lines that import reads')
    .option('--format <format>', 'ndjson or csv', 'ndjson')
    .option('--output <file>', 'write into a file; default: standard output')
    .option('--with-hashes', 'write the password hashes, too')
    .action(
      ({ format, output, withHashes = false }: { format: Format; output?: string; withHashes?: boolean }) => {
        requireFormat(format);
        return run(async (place) => {
          await write(place, place.commands.exportUsers({ format, withHashes }), output);
          return undefined;
        });
      },
    );
  program
    .command('export-user')
    .description('write all that is kept of one user as JSON, without secrets')
    .argument('<user>', 'identifier, address or id of the user')
    .option('--output <file>', 'write into a file; default: standard output')
    .action((user: string, { output }: { output?: string }) =>
      run(async (place) => {
        const data = await place.commands.personalData(user);
        await write(place, [`${jsonText(data, 2)}\n`], output);
        return undefined;
      }),
    );
}

function addImport(program: Command, run: Run): void {
  program
    .command('import')
    .description('make users from a file of NDJSON or CSV')
    .argument('<file>', 'the file; - is standard input')
    .option('--format <format>', 'ndjson or csv; default: by the ending of the file')
    .option('--delimiter <character>', 'what stands between the cells of CSV; default: a comma')
    .option(
      '--map <theirs=ours>',
      'a name of the file means this column; without ours, it is left out',
      pairs('--map'),
    )
    .option('--map-file <file>', 'the same as an object of JSON')
    .option('--on-existing <what>', 'skip or update users who are there already', 'skip')
    .option('--update-passwords', 'with update: set the password hashes, too')
    .option('--with-superusers', 'let lines make superusers; with update: set isSuperuser, too')
    .option('--dry-run', 'check everything, and write nothing')
    .option('--report <file>', 'write each refused line into this file, as NDJSON')
    .option('--restart', 'begin with the first line, although an import of this file was interrupted')
    .action((file: string, given: ImportArguments) => {
      const options = optionsOf(given);
      return run((place) => importFile(place, file, options), { endsItself: true });
    });
}

/** @throws {UsageError} */
function optionsOf({ format, onExisting, map, mapFile, ...rest }: ImportArguments): ImportOptions {
  requireFormat(format);
  if (onExisting !== 'skip' && onExisting !== 'update')
    throw new UsageError('--on-existing must be skip or update.');
  return {
    ...rest,
    ...(format && { format }),
    onExisting,
    map: { ...readMap(mapFile), ...Object.fromEntries((map ?? []).map((each) => halves(each, '--map'))) },
  };
}

/** More refusals than a person reads. */
const MOST_TOLD = 20;

async function importFile(
  { commands, interruption }: Workplace,
  file: string,
  given: ImportOptions,
): Promise<number> {
  const bar = new ProgressBar();
  let told = 0;
  const options: ImportOptions = {
    ...given,
    signal: interruption.signal,
    onRefused: (refusal) => {
      if (++told > MOST_TOLD) return;
      bar.clear();
      tell(sentenceOf(refusal));
    },
    onProgress: (summary, bytes, total) => bar.show(bytes, total, summary.line),
  };
  const summary = await commands.importUsers(file === '-' ? process.stdin : file, options);
  bar.clear();
  if (told > MOST_TOLD)
    tell(`${told - MOST_TOLD} more lines were refused; --report writes them into a file.`);
  tell(`${given.dryRun ? 'Nothing was written. It would be: ' : ''}${inWords(summary)}`);
  if (!summary.isComplete) throw new InterruptedError();
  return summary.refused > 0 ? EXIT.someRefused : EXIT.done;
}

const sentenceOf = ({ line, field, reason }: Refusal): string =>
  `Line ${line}: ${field === null ? 'it' : field} ${reason.replace(/\.$/, '')}.`;

function inWords({
  created,
  updated,
  skipped,
  refused,
  resumedAfter,
  line,
  isComplete,
}: ImportSummary): string {
  const counts = `${created} created, ${updated} updated, ${skipped} skipped, ${refused} refused`;
  const resumed =
    resumedAfter > 0 ? ` It went on behind line ${resumedAfter}, where an import was interrupted.` : '';
  return `${counts}.${resumed}${isComplete ? '' : ` It stopped behind line ${line}; the same command goes on there.`}`;
}

function readMap(file: string | undefined): Record<string, string> {
  if (file === undefined) return {};
  let map: unknown;
  try {
    map = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`${file} is no file of JSON that can be read.`);
  }
  const isMap =
    typeof map === 'object' &&
    map !== null &&
    !Array.isArray(map) &&
    Object.values(map).every((ours) => typeof ours === 'string');
  if (!isMap) throw new UsageError(`${file} must have an object of texts: {"theirs":"ours"}.`);
  return map as Record<string, string>;
}

function requireFormat(format: string | undefined): void {
  if (format === undefined || format === 'ndjson' || format === 'csv') return;
  throw new UsageError('--format must be ndjson or csv.');
}

/** Only the owner of the file may read it: it has the data of persons. */
async function write(
  { results }: Workplace,
  lines: AsyncIterable<string> | string[],
  output?: string,
): Promise<void> {
  if (output !== undefined) {
    const file = createWriteStream(output, { fd: openPrivateFile(output) });
    return pipeline(Readable.from(lines), file);
  }
  for await (const line of lines) if (!(await results.write(line))) return;
}
