import ts from 'typescript';

/** See `instrument.d.mts`. Plain JavaScript, because Node.js runs it before it can read TypeScript. */
export function instrument(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const insertions = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const call = `globalThis.started?.(${JSON.stringify(file)}, ${line})`;
      const start = node.body.getStart(source);
      if (ts.isBlock(node.body)) insertions.push([start + 1, ` ${call};`]);
      else insertions.push([start, `(${call}, `], [node.body.end, ')']);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  // From the end, so that the positions before stay right.
  return insertions
    .sort(([one], [other]) => other - one)
    .reduce((whole, [at, inserted]) => whole.slice(0, at) + inserted + whole.slice(at), text);
}
