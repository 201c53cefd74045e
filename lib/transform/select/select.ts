import { similarNames } from '../../config/index.ts';
import type { Graph } from '../graph/graph.ts';
import { isTest, type Selectable } from '../graph/node.ts';
import type { Criterion } from './criteria.ts';
import { type MethodContext, matcherOf, methodNames } from './methods.ts';
import type { PreviousState } from './previous-state.ts';
import { type IndirectSelection, type SelectionSpec, selectionInvalid } from './spec.ts';

export interface SelectionInput {
  readonly nodes: ReadonlyMap<string, Selectable>;
  readonly graph: Graph;
  readonly rootPackage: string;
  /** What is selected; everything unless it is given. */
  readonly spec?: SelectionSpec;
  /** What `state:`, `result:` and `source_status:` compare with. */
  readonly state?: PreviousState;
}

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Criteria that matched no node. */
  readonly unmatched: readonly string[];
}

/**
 * The nodes that a selection chooses, by dbt's rules.
 *
 * @throws SluiceError SELECTION_INVALID for a criterion that cannot be understood, STATE_MISSING for one that compares with
 * another run when none is given
 */
export function selectNodes(input: SelectionInput): Selection {
  if (input.spec === undefined) return { ids: new Set(input.nodes.keys()), unmatched: [] };
  const selector = new Selector(input);
  const { direct } = selector.evaluate(input.spec);
  return { ids: direct, unmatched: [...selector.unmatched] };
}

/** What a part of a selection comes to. */
interface Found {
  readonly direct: ReadonlySet<string>;
  /** Tests that some of what they read is missing for; another part of the selection may bring it. */
  readonly waiting: ReadonlySet<string>;
}

class Selector {
  readonly unmatched = new Set<string>();
  readonly #input: SelectionInput;
  readonly #context: MethodContext;

  constructor(input: SelectionInput) {
    this.#input = input;
    const { rootPackage, state } = input;
    this.#context = { rootPackage, ...(state === undefined ? {} : { state }) };
  }

  evaluate(spec: SelectionSpec): Found {
    if (spec.kind === 'criterion') return this.#criterion(spec.criterion, spec.indirect);
    const parts = spec.parts.map((part) => this.evaluate(part));
    const direct = combined(
      spec.kind,
      parts.map((part) => part.direct),
    );
    const possible = combined(
      spec.kind,
      parts.map((part) => part.direct.union(part.waiting)),
    );
    const ready = this.#readyTests(possible.difference(direct), direct, spec.indirect);
    return { direct: direct.union(ready), waiting: possible };
  }

  #criterion(criterion: Criterion, indirect: IndirectSelection): Found {
    const matches = matcherOf(criterion, this.#context);
    if (matches === undefined) {
      const method = criterion.method ?? '';
      const [meant] = similarNames(method, methodNames);
      throw selectionInvalid(
        `"${criterion.text}" selects by "${method}", which is not a way to select.`,
        meant === undefined ? `There are ${methodNames.join(', ')}.` : `Did you mean "${meant}:"?`,
      );
    }
    const matched = new Set<string>();
    for (const [id, node] of this.#input.nodes) if (matches(node)) matched.add(id);
    if (matched.size === 0) this.unmatched.add(criterion.text);
    const chosen = withNeighbours(this.#input.graph, criterion, matched);
    if (indirect === 'empty') return { direct: chosen, waiting: new Set() };
    const tests = this.#testsOf(chosen);
    const ready = indirect === 'eager' ? tests : this.#readyTests(tests, chosen, indirect);
    return { direct: chosen.union(ready), waiting: tests.difference(ready) };
  }

  /** The tests that read something of these nodes. */
  #testsOf(chosen: ReadonlySet<string>): Set<string> {
    const tests = new Set<string>();
    for (const id of chosen) {
      for (const child of this.#input.graph.children(id)) {
        const node = this.#input.nodes.get(child);
        if (node !== undefined && isTest(node)) tests.add(child);
      }
    }
    return tests;
  }

  /** Of these tests, the ones that read nothing but what is selected, or above it if they only have to be buildable. */
  #readyTests(
    tests: ReadonlySet<string>,
    chosen: ReadonlySet<string>,
    indirect: IndirectSelection,
  ): Set<string> {
    if (tests.size === 0 || (indirect !== 'cautious' && indirect !== 'buildable')) return new Set();
    const { graph, nodes } = this.#input;
    const there = indirect === 'cautious' ? chosen : chosen.union(graph.ancestors(chosen));
    const isThere = (id: string): boolean =>
      there.has(id) || (indirect === 'buildable' && nodes.get(id)?.resourceType === 'source');
    return new Set([...tests].filter((test) => graph.parents(test).every(isThere)));
  }
}

function combined(
  kind: 'union' | 'intersection' | 'difference',
  sets: readonly ReadonlySet<string>[],
): Set<string> {
  const [first = new Set<string>(), ...rest] = sets;
  return rest.reduce<Set<string>>((left, right) => {
    if (kind === 'union') return left.union(right);
    return kind === 'intersection' ? left.intersection(right) : left.difference(right);
  }, new Set(first));
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
