import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../files.js';
import { tsOptions } from '../front-door.js';
import type { Block } from './blocks.js';
import { completed, declaredNames, exportedNames, framed, isWhole, wordsOf } from './fragment.js';

const PRELUDE = join(ROOT, 'test/house/examples/prelude.ts');
/** Packages that an example may import, and that are not here; the prelude has what they export. */
const NOT_INSTALLED = ['@nestjs/config', '@nestjs/throttler'];

/** What the compiler says of each block, by the line of the page. */
export function compile(blocks: readonly Block[]): ReadonlyMap<Block, string[]> {
  const files = new Map<string, string>();
  const host = hostOf(files);
  const prelude = ts.createProgram([PRELUDE], OPTIONS, host);
  const known = exportsOf(prelude, PRELUDE);

  for (const page of new Set(blocks.map((block) => block.page))) {
    const own = blocks.filter((block) => block.page === page);
    const names = new Map(own.flatMap((block) => exportedNames(block.code).map((name) => [name, block])));
    files.set(fileOfPage(page), pageModule(names));
    for (const block of own) files.set(fileOf(block), fileText(block, new Set([...known, ...names.keys()])));
  }
  const program = ts.createProgram([PRELUDE, ...files.keys()], OPTIONS, host, prelude);
  return new Map(blocks.map((block) => [block, faultsOf(block, program)]));
}

const OPTIONS: ts.CompilerOptions = {
  ...tsOptions(),
  declaration: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
};

const folderOf = (page: string): string => join(ROOT, '.tmp/examples', page);
const fileOf = ({ page, line }: Block): string => join(folderOf(page), `line-${line}.ts`);
const fileOfPage = (page: string): string => join(folderOf(page), 'page.ts');

/** The application of a page: what its blocks export, the last of a name, and else the prelude's. */
const pageModule = (names: ReadonlyMap<string, Block>): string =>
  [
    "export * from './prelude.js';",
    ...[...names].map(([name, { line }]) => `export { ${name} } from './line-${line}.js';`),
  ].join('\n');

/** A whole file as it is; a fragment in its frame, and what it uses is imported. */
function fileText({ code }: Block, known: ReadonlySet<string>): string {
  const isFragment = !isWhole(code);
  const text = completed(isFragment ? framed(code) : code);
  const own = new Set(declaredNames(text));
  const used = [...wordsOf(text)].filter((word) => known.has(word) && !own.has(word));
  const imported = isFragment ? used : used.filter((word) => word.startsWith('optionsOf'));
  return `import { ${imported.join(', ')} } from './page.js'; ${text}`;
}

function exportsOf(program: ts.Program, file: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  return module ? checker.getExportsOfModule(module).map(({ name }) => name) : [];
}

/** @param files those that stand on no disk, of which more may come; each file is parsed once */
function hostOf(files: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS, true);
  const cache = ts.createModuleResolutionCache(ROOT, (name) => host.getCanonicalFileName(name), OPTIONS);
  const parsed = new Map<string, ts.SourceFile | undefined>();
  const parse: ts.CompilerHost['getSourceFile'] = (file, target) => {
    const text = files.get(file);
    return text === undefined ? host.getSourceFile(file, target) : ts.createSourceFile(file, text, target);
  };
  return {
    ...host,
    fileExists: (file) => files.has(file) || host.fileExists(file),
    readFile: (file) => files.get(file) ?? host.readFile(file),
    getSourceFile(file, target) {
      if (!parsed.has(file)) parsed.set(file, parse(file, target));
      return parsed.get(file);
    },
    resolveModuleNameLiterals: (literals, from, redirect, options, source) =>
      literals.map((literal) => {
        const own = files.has(from) ? ownModule(literal.text, from) : undefined;
        if (own !== undefined)
          return { resolvedModule: { resolvedFileName: own, extension: ts.Extension.Ts } };
        const mode = ts.getModeForUsageLocation(source, literal, options);
        return ts.resolveModuleName(literal.text, from, options, host, cache, redirect, mode);
      }),
  };
}

/** Whatever file of the application is named, it is the page's module. */
function ownModule(specifier: string, from: string): string | undefined {
  if (specifier === './prelude.js' || NOT_INSTALLED.includes(specifier)) return PRELUDE;
  if (!specifier.startsWith('.')) return undefined;
  const [block] = /line-\d+/.exec(specifier) ?? [];
  return join(from, '..', block === undefined ? 'page.ts' : `${block}.ts`);
}

function faultsOf(block: Block, program: ts.Program): string[] {
  const file = program.getSourceFile(fileOf(block));
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ start = 0, messageText }) => {
      const line = block.line + (file?.getLineAndCharacterOfPosition(start).line ?? 0);
      return `${block.page}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    },
  );
}
