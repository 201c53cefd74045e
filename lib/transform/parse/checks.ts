import type { MacroRegistry } from '../context/macros.ts';
import type { Problems } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { type GraphNode, isEphemeral, isTest, materializationOf, type SqlNode } from '../graph/node.ts';
import { noQuoting, relationKey } from '../relation.ts';
import type { NodeBody } from './bodies.ts';
import type { Draft } from './drafts.ts';
import { describe } from './resolve.ts';

/** Something has to know how to make what a node is to become. */
export function checkMaterialization(
  node: SqlNode,
  body: NodeBody,
  registry: MacroRegistry,
  problems: Problems,
): void {
  if (!['model', 'snapshot'].includes(node.resourceType) || isEphemeral(node)) return;
  const name = materializationOf(node);
  if (registry.materialization(name) !== undefined) return;
  const meant = registry.similarMaterialization(name);
  problems.add({
    file: body.file,
    message: `${describe(node)} is to be materialized as "${name}", and nothing knows how.`,
    ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
  });
}

/** Nodes of one name and kind may stand there several times as long as no more than one of them is enabled. */
export function reportClashes(drafts: readonly Draft[], problems: Problems): void {
  const enabled = new Map<string, Draft>();
  for (const draft of drafts) {
    const { node, body } = draft;
    if (!node.enabled) continue;
    const before = enabled.get(node.uniqueId);
    if (before === undefined) enabled.set(node.uniqueId, draft);
    else {
      problems.add({
        file: body.file,
        message: `there are two ${node.resourceType}s named "${node.name}".`,
        hint: `The other one is ${before.body.file}; only one of them can be enabled.`,
      });
    }
  }
}

/** Models that read each other could never be built. */
export function reportCycles(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  bodies: ReadonlyMap<string, NodeBody>,
  problems: Problems,
): void {
  for (const cycle of graph.cycles()) {
    const names = cycle.map((id) => nodes.get(id)?.name ?? id);
    const body = bodies.get(cycle[0] ?? '');
    problems.add({
      ...(body === undefined ? {} : { file: body.file }),
      message: `models read each other in a circle: ${names.join(' -> ')} (an arrow leads to what reads it).`,
      hint: 'Take one of the refs out.',
    });
  }
}

/** Two nodes that make the same relation would overwrite each other. */
export function reportSharedRelations(
  nodes: readonly GraphNode[],
  bodies: ReadonlyMap<string, NodeBody>,
  problems: Problems,
): void {
  const owners = new Map<string, SqlNode>();
  for (const node of nodes) {
    if (node.resourceType === 'source' || node.resourceType === 'analysis') continue;
    if (isTest(node) || isEphemeral(node)) continue;
    const key = relationKey({ ...node, identifier: node.alias, quoting: noQuoting });
    const before = owners.get(key);
    if (before === undefined) owners.set(key, node);
    // What clashes by name was said already.
    else if (before.uniqueId !== node.uniqueId) {
      problems.add({
        file: bodies.get(node.uniqueId)?.file ?? node.originalPath,
        message: `${describe(node)} and ${describe(before)} would both make ${key}.`,
        hint: 'Give one of them another alias or schema.',
      });
    }
  }
}
