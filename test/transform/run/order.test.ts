import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Graph } from '../../../lib/transform/graph/graph.ts';
import type { SqlNode } from '../../../lib/transform/graph/node.ts';
import { runOrder } from '../../../lib/transform/run/order.ts';
import { runSchedule } from '../../../lib/transform/run/scheduler.ts';
import { aModel, aTest } from '../support/nodes.ts';

function orderOf(nodes: readonly SqlNode[], chosen: readonly SqlNode[] = nodes): Map<string, string[]> {
  const graph = new Graph(nodes.map((node) => ({ id: node.uniqueId, parents: node.dependsOn })));
  const byId = new Map(nodes.map((node) => [node.uniqueId, node]));
  return runOrder(graph, byId, new Set(chosen.map(({ uniqueId }) => uniqueId)), true);
}

test('a node waits for the tests of what it reads, through nodes that are not run', () => {
  const a = aModel('a');
  const between = aModel('between', { parents: ['model.p.a'] });
  const b = aModel('b', { parents: ['model.p.between'] });
  const unique = aTest('unique', { parents: ['model.p.a'] });
  const order = orderOf([a, between, b, unique], [a, b, unique]);
  expect(Object.fromEntries(order)).toEqual({
    'model.p.a': [],
    'model.p.b': ['model.p.a', 'test.p.unique'],
    'test.p.unique': ['model.p.a'],
  });
});

test('a test of several models holds back what is below any of them', () => {
  const nodes = [
    aModel('a'),
    aModel('b'),
    aModel('below_b', { parents: ['model.p.b'] }),
    aTest('both', { parents: ['model.p.a', 'model.p.b'] }),
  ];
  expect(orderOf(nodes).get('model.p.below_b')).toEqual(['model.p.b', 'test.p.both']);
});

test('a unit test comes before its model, also where that has other tests', () => {
  const parents = ['model.p.a'];
  const unitTest: SqlNode = {
    ...aTest('rows', { parents }),
    resourceType: 'unit_test',
    uniqueId: 'unit_test.p.rows',
  };
  const order = orderOf([aModel('a'), aTest('unique', { parents }), unitTest]);
  expect(Object.fromEntries(order)).toEqual({
    'model.p.a': ['unit_test.p.rows'],
    'test.p.unique': ['model.p.a'],
    'unit_test.p.rows': [],
  });
});

const projects = fc
  .tuple(
    fc
      .integer({ min: 1, max: 9 })
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

test('whatever the tests, every node runs once, after all it waits for', async () => {
  await fc.assert(
    fc.asyncProperty(projects, fc.integer({ min: 1, max: 4 }), async (nodes, threads) => {
      const order = orderOf(nodes);
      const ended: string[] = [];
      let running = 0;
      await runSchedule({
        nodes: order,
        threads,
        run: async (id) => {
          running++;
          expect(running).toBeLessThanOrEqual(threads);
          for (const parent of order.get(id) ?? []) expect(ended).toContain(parent);
          await Promise.resolve();
          running--;
          ended.push(id);
          return { passed: true };
        },
        skip: () => {
          throw new Error('nothing failed');
        },
      });
      expect([...ended].sort()).toEqual(nodes.map(({ uniqueId }) => uniqueId).sort());
    }),
  );
});

test('what is below a node that failed is skipped, with the node named; the rest runs', async () => {
  const nodes = new Map<string, string[]>([
    ['a', []],
    ['b', ['a']],
    ['c', ['b']],
    ['d', []],
  ]);
  const results = await runSchedule<{ passed: boolean; what: string }>({
    nodes,
    threads: 2,
    run: async (id) => ({ passed: id !== 'a', what: 'ran' }),
    skip: (_, cause) => ({ passed: false, what: `skipped for ${cause}` }),
  });
  expect(Object.fromEntries([...results].map(([id, { what }]) => [id, what]))).toEqual({
    a: 'ran',
    b: 'skipped for a',
    c: 'skipped for b',
    d: 'ran',
  });
});

test('an error of running itself ends the run and is thrown', async () => {
  const nodes = new Map<string, string[]>([
    ['a', []],
    ['b', []],
  ]);
  const run = runSchedule<{ passed: boolean }>({
    nodes,
    threads: 2,
    run: async (id) => {
      if (id === 'a') throw new Error('no connection');
      return { passed: true };
    },
    skip: () => ({ passed: false }),
  });
  await expect(run).rejects.toThrow('no connection');
});
