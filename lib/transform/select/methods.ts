import { type GraphNode, materializationOf } from '../graph/node.ts';
import { asRecord, type Data } from '../values.ts';
import type { Criterion } from './criteria.ts';
import { hasWildcard, matchesPath, matchesWildcard } from './wildcard.ts';

type Matcher = (node: GraphNode, criterion: Criterion, rootPackage: string) => boolean;

/** The ways to choose nodes by a property, by the name before the colon. */
const methods: Readonly<Record<string, Matcher>> = {
  fqn: (node, { value }) => node.resourceType !== 'source' && matchesName(node, value),
  tag: (node, { value }) => node.tags.some((tag) => matchesWildcard(tag, value)),
  path: (node, { value }) => matchesFolder(node.originalPath, value),
  file: (node, { value }) => {
    const name = node.originalPath.split('/').at(-1) ?? '';
    return matchesWildcard(name, value) || matchesWildcard(name.replace(/\.[^.]*$/, ''), value);
  },
  package: (node, { value }, root) => matchesWildcard(node.packageName, value === 'this' ? root : value),
  source: (node, { value }) => node.resourceType === 'source' && matchesSource(node, value),
  config: (node, { methodArguments, value }) => matchesConfig(configOf(node), methodArguments, value),
  resource_type: (node, { value }) => node.resourceType === value,
  test_type: (node, { value }) => matchesTestType(node, value),
  test_name: (node, { value }) =>
    node.resourceType === 'test' && node.test !== undefined && matchesWildcard(node.test.name, value),
  group: (node, { value }) => node.config.group === value,
  access: (node, { value }) => node.resourceType === 'model' && (node.config.access ?? 'protected') === value,
};

export const methodNames: readonly string[] = Object.keys(methods);

/** The matcher of a criterion, its method guessed from the value if it has none; undefined for a method unknown. */
export function matcherOf(criterion: Criterion): Matcher | undefined {
  const method = criterion.method ?? guessMethod(criterion.value);
  return Object.hasOwn(methods, method) ? methods[method] : undefined;
}

function guessMethod(value: string): string {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|csv|py|yml|yaml)$/.test(value) ? 'file' : 'fqn';
}

/** A node by its name, or by its dotted place in the project with or without the package. */
function matchesName(node: GraphNode, value: string): boolean {
  return matchesFqn(node.fqn, value) || matchesFqn(node.fqn.slice(1), value);
}

function matchesFqn(fqn: readonly string[], selector: string): boolean {
  if (fqn.at(-1) === selector) return true;
  const flat = fqn.flatMap((part) => part.split('.'));
  const parts = selector.split('.');
  if (flat.length < parts.length) return false;
  for (const [index, part] of parts.entries()) {
    if (hasWildcard(part)) return matchesWildcard(flat.slice(index).join('.'), parts.slice(index).join('.'));
    if (flat[index] !== part) return false;
  }
  return true;
}

/** A file by its own path or that of any folder above it. */
function matchesFolder(path: string, value: string): boolean {
  const pattern = value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
  if (pattern === '.' || pattern === '') return true;
  const parts = path.split('/');
  return parts.some((_, index) => matchesPath(parts.slice(0, index + 1).join('/'), pattern));
}

function matchesSource(node: GraphNode & { resourceType: 'source' }, value: string): boolean {
  const parts = value.split('.');
  const own = [node.packageName, node.sourceName, node.name];
  // One part is a source, two a source and its table, three begin with the package.
  const wanted = parts.length === 3 ? parts : ['*', ...parts, ...(parts.length === 1 ? ['*'] : [])];
  return wanted.length === 3 && wanted.every((part, index) => matchesWildcard(own[index] ?? '', part));
}

function configOf(node: GraphNode): Data {
  if (node.resourceType !== 'model') return node.config;
  return { ...node.config, materialized: materializationOf(node) };
}

function matchesConfig(config: Data, path: readonly string[], value: string): boolean {
  let found: Data | undefined = config;
  for (const key of path) found = asRecord(found)?.[key];
  if (found === undefined) return false;
  if (Array.isArray(found)) return found.some((item: Data) => sameConfig(item, value));
  const record = asRecord(found);
  return record === undefined ? sameConfig(found, value) : Object.hasOwn(record, value);
}

function sameConfig(item: Data, value: string): boolean {
  if (typeof item === 'string') return matchesWildcard(item, value);
  return String(item).toLowerCase() === value.toLowerCase();
}

function matchesTestType(node: GraphNode, value: string): boolean {
  if (node.resourceType === 'unit_test') return value === 'unit';
  if (node.resourceType !== 'test') return false;
  if (value === 'data') return true;
  if (value === 'generic' || value === 'schema') return node.test !== undefined;
  return value === 'singular' && node.test === undefined;
}
