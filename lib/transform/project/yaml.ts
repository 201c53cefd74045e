import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type ScalarTag, type Tags } from 'yaml';
import type { Problems } from '../errors.ts';
import type { Data } from '../values.ts';

/** A YAML file that was read, able to say on which line a part of it stands. */
export interface YamlFile {
  /** As it is shown in messages, from the project's folder. */
  readonly file: string;
  readonly data: Data;
  /** The line of the part at `path`, or of the nearest part above it that is there. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Reads one YAML file; what is wrong with its syntax is added to `problems`, and undefined returned. */
export function readYaml(absolute: string, file: string, problems: Problems): YamlFile | undefined {
  return parseYaml(readFileSync(absolute, 'utf8'), file, problems);
}

function parseYaml(text: string, file: string, problems: Problems): YamlFile | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.1',
    merge: true,
    uniqueKeys: true,
    customTags: likePython,
  });
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      const at = lines.linePos(error.pos[0]);
      problems.add({ file, line: at.line, column: at.col, message: firstLine(error.message) });
    }
    return undefined;
  }
  return {
    file,
    data: normalize(document.toJS({ maxAliasCount: 10_000 })),
    lineOf: (path) => lineAt(document.contents, path, lines),
  };
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

function lineAt(root: unknown, path: readonly (string | number)[], lines: LineCounter): number {
  let node: unknown = root;
  let line = 1;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      if (isNode(pair.key) && pair.key.range) line = lines.linePos(pair.key.range[0]).line;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      if (isNode(node) && node.range) line = lines.linePos(node.range[0]).line;
    } else break;
  }
  return line;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
