import { SluiceError, similarNames } from '../../config/index.ts';
import type { Graph } from '../graph/graph.ts';
import { type GraphNode, isTest } from '../graph/node.ts';
import { type Criterion, parseCriterion, splitSelection } from './criteria.ts';
import { matcherOf, methodNames } from './methods.ts';

export interface SelectionInput {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly graph: Graph;
  readonly rootPackage: string;
  /** As given to `--select`; nothing selects everything. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Criteria that matched no node. */
  readonly unmatched: readonly string[];
}

/**
 * The nodes that `--select` and `--exclude` choose, by dbt's rules: tests come along with any node they test, also on the
 * excluding side.
 *
 * @throws SluiceError SELECTION_INVALID for a criterion that cannot be understood
 */
export function selectNodes(input: SelectionInput): Selection {
  const unmatched: string[] = [];
  const included =
    input.select === undefined || input.select.length === 0
      ? new Set(input.nodes.keys())
      : unionOf(input, input.select, unmatched);
  const excluded = unionOf(input, input.exclude ?? [], unmatched);
  return { ids: included.difference(excluded), unmatched };
}

function unionOf(input: SelectionInput, parts: readonly string[], unmatched: string[]): Set<string> {
  let union = new Set<string>();
  for (const group of splitSelection(parts)) {
    const sets = group.map((text) => nodesOf(input, text, unmatched));
    const [first = new Set<string>(), ...rest] = sets;
    union = union.union(rest.reduce((common, set) => common.intersection(set), first));
  }
  return union;
}

function nodesOf(input: SelectionInput, text: string, unmatched: string[]): Set<string> {
  const criterion = parseCriterion(text);
  if (typeof criterion === 'string')
    throw invalid(`${criterion}.`, 'See the selection syntax in the README.');
  const matches = matcherOf(criterion);
  if (matches === undefined) {
    const method = criterion.method ?? '';
    const [meant] = similarNames(method, methodNames);
    throw invalid(
      `"${text}" selects by "${method}", which is not a way to select.`,
      meant === undefined ? `There are ${methodNames.join(', ')}.` : `Did you mean "${meant}:"?`,
    );
  }
  const chosen = new Set<string>();
  for (const [id, node] of input.nodes) {
    if (matches(node, criterion, input.rootPackage)) chosen.add(id);
  }
  if (chosen.size === 0) unmatched.push(text);
  return withTests(input, withNeighbours(input.graph, criterion, chosen));
}

function withNeighbours(graph: Graph, criterion: Criterion, chosen: Set<string>): Set<string> {
  let result = chosen;
  if (criterion.childrensParents) {
    const below = chosen.union(graph.descendants(chosen));
    result = below.union(graph.ancestors(below));
  }
  if (criterion.parents > 0) result = result.union(graph.ancestors(chosen, criterion.parents));
  if (criterion.children > 0) result = result.union(graph.descendants(chosen, criterion.children));
  return result;
}

/** A test is selected with any node that it reads. */
function withTests(input: SelectionInput, chosen: Set<string>): Set<string> {
  const result = new Set(chosen);
  for (const id of chosen) {
    for (const child of input.graph.children(id)) {
      const node = input.nodes.get(child);
      if (node !== undefined && isTest(node)) result.add(child);
    }
  }
  return result;
}

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: 'SELECTION_INVALID', kind: 'usage', message, hint });
}
