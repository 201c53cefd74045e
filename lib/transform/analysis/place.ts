import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Location, locate } from '../../jinja/index.ts';
import type { SqlNode } from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';

/** Where something of compiled SQL was written. */
export interface WrittenPlace {
  /** Undefined for what stands in no file as it is: a macro wrote it. Then the location is one of the compiled SQL. */
  readonly file: string | undefined;
  readonly location: Location;
}

/** The place in a node's own file that an offset of its compiled SQL comes from, as far as it can be told from the text. */
export function writtenPlace(project: ParsedProject, node: SqlNode, sql: string, at: number): WrittenPlace {
  const file = project.bodies.get(node.uniqueId)?.file ?? node.originalPath;
  const offset = offsetInTemplate(node.rawCode, sql, at);
  if (offset === undefined) return { file: undefined, location: locate(sql, at, file) };
  const { source, start } = wholeFile(project, node);
  return { file, location: locate(source, start + offset, file) };
}

/** The text of the file, and where the node's part of it starts: a file may hold many snapshots. */
function wholeFile(project: ParsedProject, node: SqlNode): { source: string; start: number } {
  const own = { source: node.rawCode, start: 0 };
  if (node.resourceType !== 'snapshot') return own;
  const directory = project.loaded.packages.get(node.packageName)?.directory;
  if (directory === undefined) return own;
  try {
    const source = readFileSync(join(directory, node.originalPath), 'utf8');
    const start = source.indexOf(node.rawCode);
    return start === -1 ? own : { source, start };
  } catch {
    return own;
  }
}

const WORD = /^(?:"[^"]*"|[\w$]+|[^\s\w]{1,2})(?:\s*\.\s*(?:"[^"]*"|[\w$]+))*/;

/**
 * Where a word of compiled SQL stands in the template. It is where the same line is, or the only place of that word; where it
 * stands as often in the one as in the other, it is the same one of them.
 */
export function offsetInTemplate(raw: string, sql: string, at: number): number | undefined {
  const word = WORD.exec(sql.slice(at))?.[0] ?? '';
  if (word === '') return undefined;
  const lineStart = sql.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = sql.indexOf('\n', at);
  const line = sql.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  const compiledLines = offsetsOf(sql, line.trim());
  const rawLines = offsetsOf(raw, line.trim());
  const within = at - lineStart - (line.length - line.trimStart().length);
  if (rawLines.length === 1 && compiledLines.length === 1) return (rawLines[0] ?? 0) + within;
  const inRaw = wordsIn(raw, word);
  if (inRaw.length === 1) return inRaw[0];
  const inSql = wordsIn(sql, word);
  return inRaw.length === inSql.length ? inRaw[inSql.indexOf(at)] : undefined;
}

function offsetsOf(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at !== -1 && part !== ''; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

/** Offsets of a word that is not a part of a longer one. */
function wordsIn(text: string, word: string): number[] {
  const isPart = (character: string | undefined) => character !== undefined && /[\w$]/.test(character);
  return offsetsOf(text, word).filter(
    (at) =>
      !(isPart(word[0]) && isPart(text[at - 1])) && !(isPart(word.at(-1)) && isPart(text[at + word.length])),
  );
}
