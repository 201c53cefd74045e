import type { Graph } from '../graph/graph.ts';
import { type GraphNode, isEphemeral, type SqlNode } from '../graph/node.ts';

/**
 * For each chosen node, the chosen nodes that must be over before it begins: the nearest ones above it, through nodes that
 * are not run; and, if asked, the tests of what it reads.
 *
 * A test of several models holds back what is below any of them. Where two such tests would wait for each other's models,
 * the order of the graph decides which comes first, so there is never a circle.
 */
export function runOrder(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  chosen: ReadonlySet<string>,
  testsBlock: boolean,
): Map<string, string[]> {
  const waits = new Map<string, Set<string>>();
  const order = graph.inOrder();
  for (const id of order) if (chosen.has(id)) waits.set(id, nearestAbove(graph, chosen, id));
  addUnitTests(graph, nodes, chosen, waits);
  if (testsBlock) addTests(graph, nodes, order, waits);
  return new Map([...waits].map(([id, parents]) => [id, [...parents]]));
}

const running: readonly string[] = ['model', 'seed', 'snapshot', 'test', 'unit_test'];

/**
 * A node runs if it is chosen, and has something to do: a source has nothing, an ephemeral model is part of others, an
 * analysis is only compiled, and an exposure only described.
 */
export function runs(node: GraphNode): node is SqlNode {
  return running.includes(node.resourceType) && !isEphemeral(node);
}

function nearestAbove(graph: Graph, chosen: ReadonlySet<string>, id: string): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const stack = [...graph.parents(id)];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    if (chosen.has(at)) found.add(at);
    else stack.push(...graph.parents(at));
  }
  return found;
}

/** A unit test needs its model's SQL and not its relation, so it comes before the model, and after what that reads. */
function addUnitTests(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  chosen: ReadonlySet<string>,
  waits: Map<string, Set<string>>,
): void {
  for (const id of waits.keys()) {
    if (nodes.get(id)?.resourceType !== 'unit_test') continue;
    const models = graph.parents(id);
    waits.set(id, new Set(models.flatMap((model) => [...nearestAbove(graph, chosen, model)])));
    for (const model of models) waits.get(model)?.add(id);
  }
}

function addTests(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  order: readonly string[],
  waits: ReadonlyMap<string, Set<string>>,
): void {
  const isTest = (id: string) => nodes.get(id)?.resourceType === 'test';
  const place = new Map(order.filter((id) => !isTest(id)).map((id, index) => [id, index]));
  for (const test of waits.keys()) {
    if (!isTest(test)) continue;
    const parents = graph.parents(test);
    // A test is placed right after the last thing it reads, and holds back only what comes later.
    const after = Math.max(-1, ...parents.map((parent) => place.get(parent) ?? -1));
    for (const below of childrenThrough(graph, waits, parents)) {
      // A unit test is below its model in the graph, and runs before it.
      if (nodes.get(below)?.resourceType === 'unit_test') continue;
      if (!isTest(below) && (place.get(below) ?? -1) > after) waits.get(below)?.add(test);
    }
  }
}

/** The nearest nodes below that run. */
function childrenThrough(
  graph: Graph,
  waits: ReadonlyMap<string, Set<string>>,
  from: readonly string[],
): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const stack = from.flatMap((id) => graph.children(id));
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    if (waits.has(at)) found.add(at);
    else stack.push(...graph.children(at));
  }
  return found;
}
