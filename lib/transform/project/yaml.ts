import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ScalarTag,
  type Tags,
} from 'yaml';
import type { Problems } from '../errors.ts';
import type { Data } from '../values.ts';
import type { KeptTexts } from './kept.ts';

/** A YAML file that was read, able to say on which line a part of it stands. */
export interface YamlFile {
  /** As it is shown in messages, from the project's folder. */
  readonly file: string;
  readonly data: Data;
  /** The line of the part at `path`, or of the nearest part above it that is there. */
  lineOf(path: readonly (string | number)[]): number;
}

/** What a text of YAML says, and where: plain data, so that it can be kept. */
interface Parsed {
  readonly data: Data;
  readonly lines: Lines;
  readonly repeated: readonly RepeatedKey[];
}

/** A key that a record has more than once, and the line where it stands again. */
interface RepeatedKey {
  readonly key: string;
  readonly line: number;
}

/** The line of a part, and the lines of what is in it, by key or index. */
type Lines = readonly [line: number, inside?: Readonly<Record<string, Lines>>];

/**
 * Reads one YAML file; what is wrong with its syntax is added to `problems`, and undefined returned.
 *
 * @param kept saves reading a text again that was read before
 */
export function readYaml(
  absolute: string,
  file: string,
  problems: Problems,
  kept?: KeptTexts,
): YamlFile | undefined {
  const text = readFileSync(absolute, 'utf8');
  const key = `yaml ${createHash('sha256').update(text).digest('hex')}`;
  // Only this function writes under such a key.
  const before = kept?.get(key) as Parsed | undefined;
  const parsed = before ?? parseYaml(text, file, problems);
  if (parsed === undefined) return undefined;
  if (before === undefined) kept?.set(key, parsed);
  for (const { key, line } of parsed.repeated) {
    problems.addOddity({
      file,
      line,
      message: `\`${key}\` stands there twice, and only the last one counts.`,
    });
  }
  return { file, data: parsed.data, lineOf: (path) => lineAt(parsed.lines, path) };
}

function parseYaml(text: string, file: string, problems: Problems): Parsed | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.1',
    merge: true,
    // dbt takes the last of them; it is said that there are several.
    uniqueKeys: false,
    customTags: likePython,
  });
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      const at = lines.linePos(error.pos[0]);
      problems.add({ file, line: at.line, column: at.col, message: firstLine(error.message) });
    }
    return undefined;
  }
  endLikePython(document.contents, text.trimEnd().length);
  try {
    return {
      data: normalize(document.toJS({ maxAliasCount: 10_000 })),
      lines: linesOf(document.contents, 1, lines),
      repeated: repeatedKeys(document.contents, lines),
    };
  } catch (error) {
    // Aliases of aliases that would fill the memory.
    problems.add({ file, message: firstLine(error instanceof Error ? error.message : String(error)) });
    return undefined;
  }
}

function repeatedKeys(node: unknown, lines: LineCounter): RepeatedKey[] {
  if (isSeq(node)) return node.items.flatMap((item) => repeatedKeys(item, lines));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  return node.items.flatMap(({ key, value }) => {
    const below = repeatedKeys(value, lines);
    if (!isScalar(key)) return below;
    const name = String(key.value);
    // A record may take over several others with `<<`.
    const again = name !== '<<' && seen.has(name);
    seen.add(name);
    return again && key.range ? [{ key: name, line: lines.linePos(key.range[0]).line }, ...below] : below;
  });
}

/** dbt strips files, and PyYAML gives a block of text that ends a file no line break then. */
function endLikePython(root: unknown, end: number): void {
  let last = root;
  while (isMap(last) || isSeq(last)) {
    const item: unknown = last.items.at(-1);
    last = isPair(item) ? item.value : item;
  }
  if (!isScalar(last) || typeof last.value !== 'string' || (last.range?.[1] ?? 0) < end) return;
  if (last.type === 'BLOCK_LITERAL' || last.type === 'BLOCK_FOLDED')
    last.value = last.value.replace(/\n+$/, '');
}

/** PyYAML, which dbt reads with, takes `y` and `n` for texts; and dates are texts to everything here. */
function likePython(tags: Tags): Tags {
  const result: Tags = [];
  for (const tag of tags) {
    if (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:timestamp') {
      result.push(typeof tag === 'object' && isScalarTag(tag) && isBoolean(tag) ? withoutLetters(tag) : tag);
    }
  }
  return result;
}

function isScalarTag(tag: Exclude<Tags[number], string>): tag is ScalarTag {
  return tag.collection === undefined;
}

function isBoolean(tag: ScalarTag): boolean {
  return tag.tag === 'tag:yaml.org,2002:bool';
}

function withoutLetters(tag: ScalarTag): ScalarTag {
  const source = (tag.test?.source ?? '').replace(/^\^/, '');
  return { ...tag, test: new RegExp(`^(?![YyNn]$)${source}`) };
}

/** Everything that YAML gives as plain data. */
function normalize(value: unknown): Data {
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalize(item)]));
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'bigint' ? Number(value) : null;
}

function linesOf(node: unknown, line: number, lines: LineCounter): Lines {
  const inside: [string, Lines][] = [];
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const at = isNode(key) && key.range ? lines.linePos(key.range[0]).line : line;
      if (isScalar(key)) inside.push([String(key.value), linesOf(value, at, lines)]);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      const at = isNode(item) && item.range ? lines.linePos(item.range[0]).line : line;
      inside.push([String(index), linesOf(item, at, lines)]);
    });
  }
  return inside.length === 0 ? [line] : [line, Object.fromEntries(inside)];
}

function lineAt(root: Lines, path: readonly (string | number)[]): number {
  let [line, inside] = root;
  for (const step of path) {
    const next = inside !== undefined && Object.hasOwn(inside, step) ? inside[step] : undefined;
    if (next === undefined) break;
    [line, inside] = next;
  }
  return line;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
