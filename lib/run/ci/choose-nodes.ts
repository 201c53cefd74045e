import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModifiedSince, ReviewedNode } from '../../transform/index.ts';
import type { ChangedFiles } from './changed-files.ts';

/** What a pull request makes necessary. */
export interface ReviewPlan {
  /** Nodes that a changed file makes what they are. */
  readonly changed: readonly ReviewedNode[];
  /** Nodes that read them, near or far, tests left out. */
  readonly downstream: readonly ReviewedNode[];
  /** Sources that any of them reads, near or far. */
  readonly sources: readonly ReviewedNode[];
  /** Why everything counts as changed; null when only some does. */
  readonly everythingBecause: string | null;
}

const anyConfig = /^(dbt_project|packages|dependencies)\.yml$/;

/** Blocks that decide for nodes which do not call them. */
const decidesForAll = /\{%-?\s*(?:materialization\b|macro\s+\w*generate_(?:schema|database|alias)_name\b)/;

/**
 * Finds the nodes that changed and what is downstream of them.
 *
 * @param directory of the dbt project
 * @param since how its nodes differ from the base; without it, the nodes of changed files are taken
 */
export function choosePlan(
  nodes: readonly ReviewedNode[],
  files: ChangedFiles,
  directory: string,
  since?: ModifiedSince,
): ReviewPlan {
  const everythingBecause = reasonForAll(files, directory, since);
  const touched = new Set(files.changed);
  const isChanged = ({ uniqueId, files: own }: ReviewedNode): boolean =>
    since === undefined ? own.some((file) => touched.has(file)) : since.nodes.has(uniqueId);
  const changed = nodes.filter((node) => everythingBecause !== null || isChanged(node));
  const ids = new Set(changed.map(({ uniqueId }) => uniqueId));
  const below = descendants(nodes, new Set(changed.filter(hasReaders).map(({ uniqueId }) => uniqueId)));
  const downstream = nodes.filter(
    (node) => hasReaders(node) && below.has(node.uniqueId) && !ids.has(node.uniqueId),
  );
  const read = ancestors(nodes, [...ids, ...below]);
  return {
    changed,
    downstream,
    sources: nodes.filter(({ resourceType, uniqueId }) => resourceType === 'source' && read.has(uniqueId)),
    everythingBecause,
  };
}

/** The plan in the syntax of `--select`. A changed test runs alone: nothing reads it. */
export function selectionOf({ changed }: ReviewPlan): string[] {
  return changed.map((node) => (hasReaders(node) ? `${node.selector}+` : node.selector));
}

function hasReaders({ resourceType }: ReviewedNode): boolean {
  return resourceType !== 'test' && resourceType !== 'unit_test';
}

function reasonForAll(
  { changed, deleted }: ChangedFiles,
  directory: string,
  since: ModifiedSince | undefined,
): string | null {
  // What dbt_project.yml says of configs is seen at the nodes that have them.
  const known = since !== undefined && !since.projectFile ? /^(packages|dependencies)\.yml$/ : anyConfig;
  const config = [...changed, ...deleted].find((file) => known.test(file));
  if (config !== undefined) return `${config} changed`;
  const macro = changed.find(
    (file) => file.endsWith('.sql') && decidesForAll.test(readFileSync(join(directory, file), 'utf8')),
  );
  if (macro !== undefined) return `${macro} decides for models that do not call it`;
  // Who called a macro, or was configured by a schema file, that is gone cannot be told from what is there.
  const gone = deleted.find((file) => /\.ya?ml$|(^|\/)macros\/.*\.sql$/.test(file));
  return gone === undefined ? null : `${gone} was deleted`;
}

/** `nodes` are in the order of the graph, so one pass is enough. */
function descendants(nodes: readonly ReviewedNode[], from: ReadonlySet<string>): Set<string> {
  const found = new Set(from);
  for (const { uniqueId, dependsOn } of nodes) if (dependsOn.some((id) => found.has(id))) found.add(uniqueId);
  return found;
}

function ancestors(nodes: readonly ReviewedNode[], from: Iterable<string>): Set<string> {
  const found = new Set(from);
  for (const { uniqueId, dependsOn } of nodes.toReversed()) {
    if (found.has(uniqueId)) for (const id of dependsOn) found.add(id);
  }
  return found;
}
