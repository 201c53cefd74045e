import { isDeepStrictEqual } from 'node:util';
import { nodeDict } from '../artifacts/node-dict.ts';
import { ProjectError } from '../errors.ts';
import type { TransformOptions } from '../options.ts';
import type { ParsedProject } from '../parse/project.ts';
import { openWorkspace } from '../run/workspace.ts';
import { stateMatcher } from '../select/state-methods.ts';
import { asRecord, type DataRecord, toData } from '../values.ts';

/** How a project differs from what it was. */
export interface ModifiedSince {
  /** Unique ids of the nodes that are new or changed, as `state:modified` has it. */
  readonly nodes: ReadonlySet<string>;
  /** Whether dbt_project.yml says something else than configs of nodes, variables for example: that may change any node. */
  readonly projectFile: boolean;
}

/** What of dbt_project.yml ends in the configs of nodes, which are compared node by node. */
const configTrees = new Set([
  'models',
  'seeds',
  'snapshots',
  'tests',
  'data_tests',
  'unit_tests',
  'unit-tests',
  'sources',
  'exposures',
]);

/**
 * Compares a project with another state of it in another folder, without asking the warehouse.
 *
 * @returns undefined when what it was cannot be read
 * @throws ProjectError when what it is now cannot be read
 */
export function modifiedSince(
  options: Omit<TransformOptions, 'connect' | 'artifactsDirectory'>,
  directory: string,
): ModifiedSince | undefined {
  const now = read(options);
  let before: ParsedProject;
  try {
    before = read({ ...options, directory });
  } catch (error) {
    if (error instanceof ProjectError) return undefined;
    throw error;
  }
  const nodes = new Map([...before.nodes].map(([id, node]) => [id, asRecord(toData(nodeDict(node))) ?? {}]));
  const macros = new Map(
    [...before.registry].map(({ uniqueId, file }) => [uniqueId, { macro_sql: file.text }]),
  );
  const isModified = stateMatcher('modified', { project: now, nodes: () => nodes, macros: () => macros });
  const known = (node: string): boolean => nodes.has(node);
  const modified = [...now.nodes.values()].filter(
    // A source that is new is no change to dbt, since nothing is built; here it is one to be looked at.
    (node) => isModified(node) || !known(node.uniqueId),
  );
  return {
    nodes: new Set(modified.map(({ uniqueId }) => uniqueId)),
    projectFile: !isDeepStrictEqual(withoutConfigs(now), withoutConfigs(before)),
  };
}

function read(options: Omit<TransformOptions, 'connect' | 'artifactsDirectory'>): ParsedProject {
  return openWorkspace('list', {
    ...options,
    artifactsDirectory: '',
    connect: () => Promise.reject(new Error('a comparison of files asks no warehouse')),
  }).project;
}

function withoutConfigs({ loaded }: ParsedProject): DataRecord {
  const { written } = loaded.root;
  return Object.fromEntries(Object.entries(written).filter(([key]) => !configTrees.has(key)));
}
