import type { SqlNode } from '../graph/node.ts';
import { runs } from './order.ts';
import type { Workspace } from './workspace.ts';

/** What a command runs, in the order of the graph: what is selected, of the kinds asked for, and has something to do. */
export function chosenNodes({ project, selection, options }: Workspace): Map<string, SqlNode> {
  const kinds = options.resourceTypes;
  const chosen = new Map<string, SqlNode>();
  for (const id of project.graph.inOrder()) {
    const node = project.nodes.get(id);
    if (node === undefined || !selection.ids.has(id) || !runs(node)) continue;
    if (kinds === undefined || kinds.includes(node.resourceType)) chosen.set(id, node);
  }
  return chosen;
}
