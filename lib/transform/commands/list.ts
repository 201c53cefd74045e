import { materializationOf, type Selectable } from '../graph/node.ts';
import type { ListedNode, ListReport, TransformOptions } from '../options.ts';
import { isWantedKind } from '../run/choice.ts';
import { openWorkspace } from '../run/workspace.ts';

/** Names what is selected, in the order of the graph, without asking the warehouse. */
export function list(
  options: Omit<TransformOptions, 'connect' | 'artifactsDirectory'> & {
    readonly artifactsDirectory?: string;
  },
): ListReport {
  const { project, selection } = openWorkspace('list', {
    artifactsDirectory: '',
    ...options,
    connect: () => Promise.reject(new Error('listing asks no warehouse')),
  });
  const nodes: ListedNode[] = [];
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id) ?? project.definitions.get(id);
    if (node === undefined || !selection.ids.has(id)) continue;
    if (isWantedKind(node, options)) nodes.push(listed(node));
  }
  return { nodes, unmatched: selection.unmatched };
}

function listed(node: Selectable): ListedNode {
  const { uniqueId, name, resourceType, packageName, originalPath, tags } = node;
  return {
    uniqueId,
    name,
    resourceType,
    packageName,
    selector: selectorOf(node),
    file: originalPath,
    materialized: node.resourceType === 'model' ? materializationOf(node) : null,
    tags,
    dependsOn: node.resourceType === 'source' ? [] : node.dependsOn,
  };
}

function selectorOf(node: Selectable): string {
  if (node.resourceType === 'source') return `source:${node.packageName}.${node.sourceName}.${node.name}`;
  // dbt prints what a schema file defines with its kind, as it is selected.
  if ('own' in node) return `${node.resourceType}:${node.packageName}.${node.name}`;
  return node.fqn.join('.');
}
