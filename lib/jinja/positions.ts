/** A place in a template: line and column count from 1. */
export interface Location {
  file: string;
  line: number;
  column: number;
  /** The line, and under it a caret. */
  excerpt: string;
}

/** Lines longer than this are cut around the place. */
const longestLine = 120;

/** Where an offset of a source stands, with the line and a caret under it. */
export function locate(source: string, offset: number, file: string): Location {
  const at = Math.max(0, Math.min(offset, source.length));
  const start = source.lastIndexOf('\n', at - 1) + 1;
  let line = 1;
  for (let i = source.indexOf('\n'); i !== -1 && i < start; i = source.indexOf('\n', i + 1)) line++;
  const lineEnd = source.indexOf('\n', at);
  const text = source.slice(start, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, '');
  return { file, line, column: at - start + 1, excerpt: excerptOf(text, line, at - start) };
}

function excerptOf(text: string, line: number, column: number): string {
  const from = Math.max(0, column - longestLine / 2);
  const shown = text.slice(from, from + longestLine);
  const gutter = `  ${line} | `;
  const blank = shown.slice(0, column - from).replace(/[^\t]/g, ' ');
  return `${gutter}${shown}\n${' '.repeat(gutter.length - 2)}| ${blank}^`;
}
