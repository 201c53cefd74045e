import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '../../../lib/transform/graph/graph.ts';
import type { SqlNode } from '../../../lib/transform/graph/node.ts';
import { selectNodes } from '../../../lib/transform/select/select.ts';
import { type IndirectSelection, indirectSelections, specOf } from '../../../lib/transform/select/spec.ts';
import { aModel, aTest } from '../support/nodes.ts';

/** a -> b -> c, and d; tests on a, on a and b, on b and d. */
const nodes = [
  aModel('a'),
  aModel('b', { parents: ['model.p.a'] }),
  aModel('c', { parents: ['model.p.b'] }),
  aModel('d'),
  aTest('of_a', { parents: ['model.p.a'] }),
  aTest('of_ab', { parents: ['model.p.a', 'model.p.b'] }),
  aTest('of_bd', { parents: ['model.p.b', 'model.p.d'] }),
];

function select(
  all: readonly SqlNode[],
  indirect: IndirectSelection,
  include: readonly string[],
  exclude: readonly string[] = [],
): string[] {
  const spec = specOf(include, exclude, indirect);
  const { ids } = selectNodes({
    nodes: new Map(all.map((node) => [node.uniqueId, node])),
    graph: new Graph(all.map((node) => ({ id: node.uniqueId, parents: node.dependsOn }))),
    rootPackage: 'p',
    ...(spec === undefined ? {} : { spec }),
  });
  return [...ids].map((id) => id.split('.').at(-1) ?? id).sort();
}

describe('which tests come along', () => {
  test.each<[IndirectSelection, string, string[]]>([
    ['eager', 'a', ['a', 'of_a', 'of_ab']],
    ['cautious', 'a', ['a', 'of_a']],
    ['buildable', 'a', ['a', 'of_a']],
    ['empty', 'a', ['a']],
    ['cautious', 'a b', ['a', 'b', 'of_a', 'of_ab']],
    ['cautious', 'b', ['b']],
    // What is above is there already, or can be.
    ['buildable', 'b', ['b', 'of_ab']],
    ['buildable', 'd,d', ['d']],
    ['cautious', '+b,+c', ['a', 'b', 'of_a', 'of_ab']],
    ['empty', 'of_ab', ['of_ab']],
    ['cautious', 'of_ab', ['of_ab']],
  ])('%s: %s', (indirect, include, expected) => {
    expect(select(nodes, indirect, [include])).toEqual(expected);
  });

  test('an excluded node takes away the tests that its own selection brings', () => {
    expect(select(nodes, 'eager', [], ['b'])).toEqual(['a', 'c', 'd', 'of_a']);
    expect(select(nodes, 'cautious', [], ['b'])).toEqual(['a', 'c', 'd', 'of_a', 'of_ab', 'of_bd']);
  });
});

/** Models m0…mn that read earlier ones, and tests t0…tn that read one to three of them. */
const projects = fc
  .tuple(
    fc
      .integer({ min: 1, max: 8 })
      .chain((size) =>
        fc.tuple(
          ...Array.from({ length: size }, (_, index) =>
            fc.subarray(Array.from({ length: index }, (_, i) => i)),
          ),
        ),
      ),
    fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
  )
  .map(([models, tests]) => [
    ...models.map((parents, index) =>
      aModel(`m${index}`, { parents: parents.map((at) => `model.p.m${at}`) }),
    ),
    ...tests.map((parents, index) =>
      aTest(`t${index}`, { parents: [...new Set(parents.map((at) => `model.p.m${at % models.length}`))] }),
    ),
  ]);

/** The names of the tests that come with models, by the words of each mode, test by test. */
function plainTests(all: readonly SqlNode[], chosen: ReadonlySet<string>, mode: IndirectSelection): string[] {
  const above = new Set(chosen);
  for (let before = -1; before !== above.size; ) {
    before = above.size;
    for (const { uniqueId, dependsOn } of all)
      if (above.has(uniqueId)) for (const id of dependsOn) above.add(id);
  }
  const comes = (reads: readonly string[]): boolean => {
    if (mode === 'empty') return false;
    if (mode === 'eager') return reads.some((id) => chosen.has(id));
    const there = mode === 'cautious' ? chosen : above;
    return reads.some((id) => chosen.has(id)) && reads.every((id) => there.has(id));
  };
  return all
    .filter(({ resourceType, dependsOn }) => resourceType === 'test' && comes(dependsOn))
    .map(({ name }) => name);
}

test('a union of models brings the tests that a plain reading of the mode brings', () => {
  fc.assert(
    fc.property(
      projects,
      fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...indirectSelections),
      (all, picks, mode) => {
        const models = all.filter(({ resourceType }) => resourceType === 'model');
        const chosen = new Set(picks.map((pick) => `m${pick % models.length}`));
        const ids = new Set([...chosen].map((name) => `model.p.${name}`));
        const expected = [...chosen, ...plainTests(all, ids, mode)].sort();
        expect(select(all, mode, [...chosen])).toEqual(expected);
      },
    ),
  );
});
