import { filesIn, read } from '../files.js';

/** A block of code on a page. */
export interface Block {
  page: string;
  /** Of the page, where the code begins. */
  line: number;
  language: string;
  /** Without the blanks by which a list indents it. */
  code: string;
  /** Why it is not checked: the comment `<!-- not compiled: … -->` before it says so. */
  leftOut: string | undefined;
}

export const PAGES = ['README.md', ...filesIn('docs', '.md')];

const FENCED =
  /^(?: *<!-- not compiled: (?<reason>.+?) -->\n\n?)?(?<indent> *)```(?<language>\w+)\n(?<code>[\s\S]*?)^ *```$/dgm;

export const blocksOf = (page: string, text = read(page)): Block[] =>
  [...text.matchAll(FENCED)].map(({ indices, groups = {} }) => {
    const [start = 0] = indices?.groups?.['code'] ?? [];
    const { reason, indent = '', language = '', code = '' } = groups;
    return {
      page,
      line: text.slice(0, start).split('\n').length,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      leftOut: reason,
    };
  });
