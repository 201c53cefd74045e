import { nodeDict } from '../artifacts/node-dict.ts';
import { accessOf, type GraphNode, type Selectable, type SqlNode, type Version } from '../graph/node.ts';
import { asRecord, type Data } from '../values.ts';
import type { Criterion } from './criteria.ts';
import type { PreviousState } from './previous-state.ts';
import { selectionInvalid } from './spec.ts';
import { stateMatcher, stateMissing } from './state-methods.ts';
import { hasWildcard, matchesPath, matchesWildcard } from './wildcard.ts';

export interface MethodContext {
  readonly rootPackage: string;
  readonly state?: PreviousState;
}

export type Matcher = (node: Selectable) => boolean;

/** A method makes the matcher of a criterion; what is wrong with the criterion is said then, before any node is looked at. */
type Method = (criterion: Criterion, context: MethodContext) => Matcher;

/** The ways to choose nodes by a property, by the name before the colon. */
const methods: Readonly<Record<string, Method>> = {
  fqn:
    ({ value }) =>
    (node) =>
      node.resourceType !== 'source' && matchesName(node, value),
  tag:
    ({ value }) =>
    (node) =>
      node.tags.some((tag) => matchesWildcard(tag, value)),
  path:
    ({ value }) =>
    (node) =>
      matchesFolder(node.originalPath, value) || (node.patch !== null && matchesFile(node.patch.file, value)),
  file:
    ({ value }) =>
    (node) => {
      const name = node.originalPath.split('/').at(-1) ?? '';
      return matchesWildcard(name, value) || matchesWildcard(name.replace(/\.[^.]*$/, ''), value);
    },
  package:
    ({ value }, { rootPackage }) =>
    (node) =>
      matchesWildcard(node.packageName, value === 'this' ? rootPackage : value),
  source: sourceMethod,
  exposure: definitionMethod('exposure'),
  metric: definitionMethod('metric'),
  semantic_model: definitionMethod('semantic_model'),
  saved_query: definitionMethod('saved_query'),
  unit_test: definitionMethod('unit_test'),
  config:
    ({ methodArguments, value }) =>
    (node) =>
      hasConfig(node) && matchesConfig(configOf(node), methodArguments, value),
  resource_type: ({ value }) => {
    oneOf('resource type', value, resourceTypes);
    return (node) => node.resourceType === value;
  },
  test_type: ({ value }) => {
    oneOf('test type', value, ['generic', 'singular', 'unit', 'data', 'schema']);
    return (node) => matchesTestType(node, value);
  },
  test_name:
    ({ value }) =>
    (node) =>
      node.resourceType === 'unit_test'
        ? matchesWildcard(node.name, value)
        : node.resourceType === 'test' && node.test !== undefined && matchesWildcard(node.test.name, value),
  group:
    ({ value }) =>
    (node) =>
      'group' in node && node.group !== null && matchesWildcard(node.group, value),
  access: ({ value }) => {
    oneOf('access', value, ['private', 'protected', 'public']);
    return (node) => node.resourceType === 'model' && accessOf(node) === value;
  },
  version: ({ value }) => {
    oneOf('version', value, ['latest', 'prerelease', 'old', 'none']);
    return (node) => node.resourceType === 'model' && matchesVersion(node, value);
  },
  state: (criterion, { state }) => stateMatcher(criterion.value, state ?? stateMissing(criterion.text)),
  result: (criterion, { state }) => {
    const ended = (state ?? stateMissing(criterion.text)).statuses();
    return (node) => ended.get(node.uniqueId) === criterion.value;
  },
  source_status: (criterion, { state }) => {
    oneOf('source status', criterion.value, ['fresher']);
    const fresher = (state ?? stateMissing(criterion.text)).fresherSources();
    return (node) => fresher.has(node.uniqueId);
  },
};

export const methodNames: readonly string[] = Object.keys(methods);

/** What a node can be, by dbt's names. */
export const resourceTypes: readonly string[] = [
  'model',
  'test',
  'unit_test',
  'seed',
  'snapshot',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'analysis',
];

/** The matcher of a criterion, its method guessed from the value if it has none; undefined for a method unknown. */
export function matcherOf(criterion: Criterion, context: MethodContext): Matcher | undefined {
  const method = criterion.method ?? guessMethod(criterion.value);
  return Object.hasOwn(methods, method) ? methods[method]?.(criterion, context) : undefined;
}

function guessMethod(value: string): string {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|csv|py|yml|yaml)$/i.test(value) ? 'file' : 'fqn';
}

/** A node by its name, or by its dotted place in the project with or without the package. */
function matchesName(node: Selectable, value: string): boolean {
  const versioned = node.resourceType === 'model' && node.modelVersion !== undefined;
  return matchesFqn(node.fqn, value, versioned) || matchesFqn(node.fqn.slice(1), value, versioned);
}

function matchesFqn(fqn: readonly string[], selector: string, versioned: boolean): boolean {
  const parts = selector.split('.');
  if (versioned) {
    // `customers` is every version of it, `customers.v2` and `customers_v2` are one.
    if (fqn.at(-2) === selector || fqn.slice(-2).join('_') === parts.slice(-2).join('_')) return true;
  } else if (fqn.at(-1) === selector) return true;
  const flat = fqn.flatMap((part) => part.split('.'));
  if (flat.length < parts.length) return false;
  for (const [index, part] of parts.entries()) {
    if (hasWildcard(part)) return matchesWildcard(flat.slice(index).join('.'), parts.slice(index).join('.'));
    if (flat[index] !== part) return false;
  }
  return true;
}

/** A file by its own path or that of any folder above it. */
function matchesFolder(path: string, value: string): boolean {
  const pattern = pathPattern(value);
  if (pattern === '') return true;
  const parts = path.split('/');
  return parts.some((_, index) => matchesPath(parts.slice(0, index + 1).join('/'), pattern));
}

function matchesFile(path: string, value: string): boolean {
  return matchesPath(path, pathPattern(value));
}

function pathPattern(value: string): string {
  const pattern = value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
  return pattern === '.' ? '' : pattern;
}

/** `source`, `source.table` or `package.source.table`. */
function sourceMethod({ text, value }: Criterion): Matcher {
  const parts = value.split('.');
  if (parts.length > 3) throw tooManyParts(text, '`source`, `source.table` or `package.source.table`');
  const wanted = parts.length === 3 ? parts : ['*', ...parts, ...(parts.length === 1 ? ['*'] : [])];
  return (node) => {
    if (node.resourceType !== 'source') return false;
    const own = [node.packageName, node.sourceName, node.name];
    return wanted.every((part, index) => matchesWildcard(own[index] ?? '', part));
  };
}

/** `name` or `package.name` of one kind. */
function definitionMethod(kind: string): Method {
  return ({ text, value }) => {
    const parts = value.split('.');
    if (parts.length > 2) throw tooManyParts(text, '`name` or `package.name`');
    const [packagePattern = '*', namePattern = '*'] = parts.length === 2 ? parts : ['*', ...parts];
    return (node) =>
      node.resourceType === kind &&
      matchesWildcard(node.packageName, packagePattern) &&
      matchesWildcard(node.name, namePattern);
  };
}

function tooManyParts(text: string, expected: string): Error {
  return selectionInvalid(`"${text}" has too many parts.`, `Write ${expected} after the colon.`);
}

function oneOf(what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw selectionInvalid(`"${value}" is no ${what}.`, `There are ${known.join(', ')}.`);
}

/** What dbt gives a config that can be asked for. */
function hasConfig(node: Selectable): node is GraphNode {
  return ['model', 'test', 'seed', 'snapshot', 'analysis', 'source'].includes(node.resourceType);
}

/** The config as the manifest has it, with the materialization that a node has without saying so. */
function configOf(node: GraphNode): Data {
  const config = { ...asRecord(nodeDict(node).config), ...node.config };
  const materialized = node.resourceType === 'seed' || node.resourceType === 'snapshot';
  return materialized ? { ...config, materialized: node.resourceType } : config;
}

function matchesConfig(config: Data, path: readonly string[], value: string): boolean {
  let found: Data | undefined = config;
  for (const key of path) found = asRecord(found)?.[key];
  if (found === undefined) return false;
  const ignoreCase = path.join('.') === 'severity';
  if (Array.isArray(found)) return found.some((item: Data) => sameConfig(item, value, ignoreCase));
  const record = asRecord(found);
  return record === undefined ? sameConfig(found, value, ignoreCase) : Object.hasOwn(record, value);
}

function sameConfig(item: Data, value: string, ignoreCase: boolean): boolean {
  if (typeof item === 'string' && !ignoreCase) return matchesWildcard(item, value);
  return String(item).toLowerCase() === value.toLowerCase();
}

function matchesTestType(node: Selectable, value: string): boolean {
  if (node.resourceType === 'unit_test') return value === 'unit';
  if (node.resourceType !== 'test') return false;
  if (value === 'data') return true;
  if (value === 'generic' || value === 'schema') return node.test !== undefined;
  return value === 'singular' && node.test === undefined;
}

function matchesVersion({ modelVersion }: SqlNode, value: string): boolean {
  if (modelVersion === undefined) return value === 'none';
  const order = compareVersions(modelVersion.version, modelVersion.latest);
  if (value === 'latest') return order === 0;
  return value === 'prerelease' ? order > 0 : value === 'old' && order < 0;
}

/** Versions that are numbers by their size, others by their text. */
function compareVersions(a: Version, b: Version): number {
  const [left, right] = [Number(a), Number(b)];
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
