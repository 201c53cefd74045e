import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '../../../lib/transform/graph/graph.ts';
import type { GraphNode } from '../../../lib/transform/graph/node.ts';
import { parseCriterion } from '../../../lib/transform/select/criteria.ts';
import { selectNodes } from '../../../lib/transform/select/select.ts';
import { criterionSpec, type IndirectSelection, specOf } from '../../../lib/transform/select/spec.ts';
import { aModel, aSource, aTest } from '../support/nodes.ts';

/** raw.films -> stg_films -> film_ratings; raw.users -> stg_users; tests on stg_films and on both marts. */
const nodes: GraphNode[] = [
  aSource('raw', 'films'),
  aSource('raw', 'users'),
  aModel('stg_films', { folder: 'staging', parents: ['source.p.raw.films'] }),
  aModel('stg_users', { folder: 'staging', parents: ['source.p.raw.users'], tags: ['people', 'nightly'] }),
  aModel('film_ratings', {
    folder: 'marts',
    parents: ['model.p.stg_films'],
    tags: ['nightly'],
    config: { materialized: 'table', meta: { owner: 'anna' } },
  }),
  aTest('unique_stg_films', { parents: ['model.p.stg_films'], generic: 'unique' }),
  aTest('both_have_rows', { parents: ['model.p.film_ratings', 'model.p.stg_users'] }),
];

function select(
  what: string[],
  exclude: string[] = [],
  of: readonly GraphNode[] = nodes,
  indirect: IndirectSelection = 'eager',
): string[] {
  const byId = new Map(of.map((node) => [node.uniqueId, node]));
  const graph = graphOf(of);
  const spec = specOf(what, exclude, indirect);
  const { ids } = selectNodes({
    nodes: byId,
    graph,
    rootPackage: 'p',
    ...(spec === undefined ? {} : { spec }),
  });
  return [...ids].map((id) => byId.get(id)?.name ?? id).sort();
}

function graphOf(of: readonly GraphNode[]): Graph {
  return new Graph(
    of.map((node) => ({
      id: node.uniqueId,
      parents: node.resourceType === 'source' ? [] : node.dependsOn,
    })),
  );
}

describe('a criterion', () => {
  test.each([
    ['stg_films', ['stg_films', 'unique_stg_films']],
    ['resource_type:source', ['films', 'users']],
    ['source:raw', ['films', 'users']],
    ['source:raw.films', ['films']],
    ['source:p.raw.films', ['films']],
    ['source:raw.films+', ['both_have_rows', 'film_ratings', 'films', 'stg_films', 'unique_stg_films']],
    ['+film_ratings', ['both_have_rows', 'film_ratings', 'films', 'stg_films', 'unique_stg_films']],
    ['1+film_ratings', ['both_have_rows', 'film_ratings', 'stg_films', 'unique_stg_films']],
    ['stg_users+1', ['both_have_rows', 'stg_users']],
    ['tag:night*', ['both_have_rows', 'film_ratings', 'stg_users']],
    ['tag:people,tag:nightly', ['both_have_rows', 'stg_users']],
    ['path:staging', ['both_have_rows', 'stg_films', 'stg_users', 'unique_stg_films']],
    ['staging/stg_films.sql', ['stg_films', 'unique_stg_films']],
    ['path:*/film_*', ['both_have_rows', 'film_ratings']],
    ['file:film_ratings.sql', ['both_have_rows', 'film_ratings']],
    ['film_ratings.sql', ['both_have_rows', 'film_ratings']],
    ['config.materialized:table', ['both_have_rows', 'film_ratings']],
    ['config.meta.owner:anna', ['both_have_rows', 'film_ratings']],
    ['test_type:generic', ['unique_stg_films']],
    ['test_type:singular', ['both_have_rows']],
    ['test_name:uni*', ['unique_stg_films']],
    [
      'package:p,resource_type:model',
      ['film_ratings', 'stg_films', 'stg_users'].concat(['both_have_rows', 'unique_stg_films']).sort(),
    ],
    ['p.staging.stg_films', ['stg_films', 'unique_stg_films']],
    ['staging.*', ['both_have_rows', 'stg_films', 'stg_users', 'unique_stg_films']],
    ['*.stg_*', ['both_have_rows', 'stg_films', 'stg_users', 'unique_stg_films']],
  ])('%s', (criterion, expected) => {
    expect(select([criterion])).toEqual(expected);
  });

  test('@ takes what is below along, and all that those read', () => {
    expect(select(['@stg_films'])).toEqual(
      [
        'stg_films',
        'films',
        'film_ratings',
        'unique_stg_films',
        'both_have_rows',
        'stg_users',
        'users',
      ].sort(),
    );
  });

  test('several are a union, an excluded model takes its tests with it', () => {
    expect(select(['stg_films stg_users'], ['stg_users'])).toEqual(['stg_films', 'unique_stg_films']);
    expect(select(['stg_films', 'stg_users'])).toEqual(select(['stg_films stg_users']));
    expect(select([], ['resource_type:test'])).toHaveLength(5);
  });

  test('an unknown way to select is named, with the one that was meant', () => {
    expect(() => select(['tagg:x'])).toThrowError(
      expect.objectContaining({ kind: 'usage', code: 'SELECTION_INVALID', hint: 'Did you mean "tag:"?' }),
    );
    expect(() => select(['@a+'])).toThrowError(/say different things/);
  });

  test('what matched nothing is told', () => {
    const byId = new Map(nodes.map((node) => [node.uniqueId, node]));
    const found = selectNodes({
      nodes: byId,
      graph: graphOf(nodes),
      rootPackage: 'p',
      spec: criterionSpec('stg_film', 'eager'),
    });
    expect(found.unmatched).toEqual(['stg_film']);
  });
});

/** A random graph of models m0…mn, each reading only earlier ones. */
const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, index) => fc.subarray(Array.from({ length: index }, (_, i) => i))),
    ),
  )
  .map((parents) =>
    parents.map((list, index) =>
      aModel(`m${index}`, { parents: list.map((parent) => `model.p.m${parent}`) }),
    ),
  );

const operators = fc.record({
  at: fc.boolean(),
  up: fc.option(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), { nil: null }),
  down: fc.option(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), { nil: null }),
  pick: fc.nat(),
});

/** The plain reference: distances by repeated relaxation over the list of edges. */
function reference(
  all: readonly (GraphNode & { dependsOn: readonly string[] })[],
  pick: string,
  chosen: { at: boolean; up: number; down: number },
): Set<string> {
  const edges = all.flatMap((node) => node.dependsOn.map((parent) => [parent, node.uniqueId] as const));
  const within = (from: Set<string>, steps: number, backwards: boolean): Set<string> => {
    const found = new Set(from);
    for (let step = 0; step < Math.min(steps, all.length); step++) {
      const before = new Set(found);
      for (const [parent, child] of edges) {
        if (backwards && before.has(child)) found.add(parent);
        if (!backwards && before.has(parent)) found.add(child);
      }
    }
    return found;
  };
  const self = new Set([pick]);
  const result = within(self, chosen.up, true).union(within(self, chosen.down, false));
  if (!chosen.at) return result;
  return result.union(within(within(self, Number.POSITIVE_INFINITY, false), Number.POSITIVE_INFINITY, true));
}

test('the graph operators choose what a plain walk over the edges chooses', () => {
  fc.assert(
    fc.property(graphs, operators, (all, { at, up, down, pick }) => {
      const name = `m${pick % all.length}`;
      const prefix = up === null ? '' : `${up ?? ''}+`;
      const suffix = down === null || at ? '' : `+${down ?? ''}`;
      const expected = reference(all, `model.p.${name}`, {
        at,
        up: up === null ? 0 : (up ?? Number.POSITIVE_INFINITY),
        down: down === null || at ? 0 : (down ?? Number.POSITIVE_INFINITY),
      });
      const found = select([`${at ? '@' : ''}${prefix}${name}${suffix}`], [], all);
      expect(found).toEqual([...expected].map((id) => id.slice('model.p.'.length)).sort());
    }),
  );
});

test('unions, intersections and exclusions are those of sets', () => {
  fc.assert(
    fc.property(
      graphs,
      fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
      fc.nat(),
      (all, groups, out) => {
        const name = (index: number) => `m${index % all.length}`;
        const given = groups.map((group) => group.map((index) => `+${name(index)}`).join(','));
        const up = (index: number) => new Set(select([`+${name(index)}`], [], all));
        const union = groups
          .map((group) => group.map(up).reduce((a, b) => a.intersection(b)))
          .reduce((a, b) => a.union(b), new Set<string>());
        const start = groups.length === 0 ? new Set(select([], [], all)) : union;
        const expected = start.difference(up(out));
        expect(new Set(select(given, [`+${name(out)}`], all))).toEqual(expected);
      },
    ),
  );
});

test('a criterion comes apart into what it says', () => {
  expect(parseCriterion('2+config.meta.owner:anna+3')).toEqual({
    text: '2+config.meta.owner:anna+3',
    method: 'config',
    methodArguments: ['meta', 'owner'],
    value: 'anna',
    childrensParents: false,
    parents: 2,
    children: 3,
  });
});
