import type { SqlNode } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import { resolveConfig } from '../project/config-tree.ts';
import { asRecord, type Data, type DataRecord } from '../values.ts';
import type { Draft } from './drafts.ts';
import type { LoadedPackages } from './load.ts';

/**
 * A node's config as it was written, its templates not rendered: what another target or environment makes of it is no change
 * of the node.
 *
 * @param inFile what the calls of `config()` in its file came to
 */
export function writtenConfig(
  draft: Draft,
  loaded: LoadedPackages,
  inFile: readonly DataRecord[],
): DataRecord {
  const { node, tree } = draft;
  const own = loaded.packages.get(node.packageName) ?? loaded.root;
  return resolveConfig({
    own: treeOf(own, tree),
    ...(own === loaded.root ? {} : { root: treeOf(loaded.root, tree) }),
    fqn: node.fqn,
    defaults: {},
    properties: draft.writtenConfig ?? draft.propertiesConfig,
    inFile: inFile.map((call) => expressionsOf(call, node)),
  });
}

function treeOf({ written }: ProjectFileConfig, tree: Draft['tree']): DataRecord {
  const names = { tests: ['data_tests', 'tests'], unitTests: ['unit_tests', 'unit-tests'] };
  const keys = tree === 'tests' || tree === 'unitTests' ? names[tree] : [tree];
  return keys.map((key) => asRecord(written[key])).find((found) => found !== undefined) ?? {};
}

/** The values of a call of `config()`, those that are no literals as the expressions that they were written as. */
function expressionsOf(call: DataRecord, { rawCode }: SqlNode): DataRecord {
  const expressions = configArguments(rawCode);
  return Object.fromEntries(
    Object.entries(call).map(([key, value]): [string, Data] => {
      const expression = expressions.get(key);
      return [key, expression === undefined || isLiteral(expression) ? value : expression];
    }),
  );
}

/** The named arguments of the calls of `config()` in a file, as texts. */
export function configArguments(source: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { index } of source.matchAll(/\bconfig\s*\(/g)) {
    for (const text of argumentsFrom(source, source.indexOf('(', index) + 1)) {
      const [, name, expression] = /^\s*(\w+)\s*=(?!=)\s*(.*?)\s*$/s.exec(text) ?? [];
      if (name !== undefined && expression !== undefined) found.set(name, expression);
    }
  }
  return found;
}

/** The arguments of a call from its opening parenthesis on, split at the commas that are no part of one. */
function argumentsFrom(source: string, start: number): string[] {
  const found: string[] = [];
  let [depth, from] = [0, start];
  for (let at = start; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '"' || character === "'") at = endOfText(source, at);
    else if ('([{'.includes(character)) depth++;
    else if (depth > 0 && ')]}'.includes(character)) depth--;
    else if (character === ')') return [...found, source.slice(from, at)];
    else if (character === ',' && depth === 0) {
      found.push(source.slice(from, at));
      from = at + 1;
    }
  }
  return found;
}

/** Where the text in quotes ends that begins at `start`. */
function endOfText(source: string, start: number): number {
  const quote = source.charAt(start);
  for (let at = start + 1; at < source.length; at++) {
    if (source.charAt(at) === '\\') at++;
    else if (source.charAt(at) === quote) return at;
  }
  return source.length;
}

const literals = new Set(['true', 'false', 'none']);

/** Whether an expression is the same in every environment: texts, numbers, and lists and records of them. */
function isLiteral(expression: string): boolean {
  let outside = '';
  for (let at = 0; at < expression.length; at++) {
    const character = expression.charAt(at);
    if (character === '"' || character === "'") {
      at = endOfText(expression, at);
      outside += ' ';
    } else outside += character;
  }
  return (outside.match(/[A-Za-z_]\w*/g) ?? []).every((word) => literals.has(word.toLowerCase()));
}
