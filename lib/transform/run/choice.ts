import type { RunFlags } from '../flags.ts';
import type { Selectable, SqlNode } from '../graph/node.ts';
import { runs } from './order.ts';
import type { Workspace } from './workspace.ts';

/** Whether the kinds of nodes that were asked for leave this one in. */
export function isWantedKind(
  { resourceType }: Selectable,
  { resourceTypes, excludeResourceTypes = [] }: RunFlags,
): boolean {
  const wanted =
    resourceTypes === undefined || resourceTypes.includes('all') || resourceTypes.includes(resourceType);
  return wanted && !excludeResourceTypes.includes(resourceType);
}

/** What a command runs, in the order of the graph: what is selected, of the kinds asked for, and has something to do. */
export function chosenNodes({ project, selection, options }: Workspace): Map<string, SqlNode> {
  const chosen = new Map<string, SqlNode>();
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id);
    if (node === undefined || !selection.ids.has(id) || !runs(node)) continue;
    if (isWantedKind(node, options)) chosen.set(id, node);
  }
  return chosen;
}
