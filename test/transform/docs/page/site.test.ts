import { describe, expect, test } from 'vitest';
import { chooseLineage, relatives, traceColumn } from '../../../../lib/transform/docs/page/lineage-choice.ts';
import { makeScene } from '../../../../lib/transform/docs/page/lineage-scene.ts';
import { Site, worst } from '../../../../lib/transform/docs/page/site.ts';
import {
  databaseTree,
  pathTo,
  projectTree,
  type TreeItem,
} from '../../../../lib/transform/docs/page/tree-data.ts';
import { fitted, revealing, zoomed } from '../../../../lib/transform/docs/page/viewport.ts';
import { aColumn, aNode, aShop, aSite } from '../support/site.ts';

const site = new Site(aShop());
const orders = node('model.shop.orders');

function node(id: string) {
  const found = site.node(id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

function outline(items: readonly TreeItem[]): unknown[] {
  return items.map((item) => (item.kind === 'branch' ? [item.label, ...outline(item.items)] : item.label));
}

test('a node knows what it reads, what reads it and what tests it', () => {
  expect(site.parents(orders).map(({ name }) => name)).toEqual(['stg_orders']);
  expect(site.children(orders).map(({ name }) => name)).toEqual(['customers', 'weekly_report']);
  expect(site.tests(orders).map(({ name }) => name)).toEqual([
    'unique_orders_id',
    'not_null_orders_id',
    'orders_add_up',
  ]);
  expect(site.macroUsers('macro.shop.cents').map(({ name }) => name)).toEqual(['stg_orders']);
  expect(worst(['good', 'warn', undefined, 'skipped'])).toBe('warn');
  expect(worst([])).toBeUndefined();
});

test('the trees follow folders and schemas', () => {
  expect(outline(projectTree(site))).toEqual([
    ['models', ['marts', 'customers', 'orders'], ['staging', 'stg_orders']],
    ['Sources', ['raw', 'raw_orders']],
    ['Exposures', 'weekly_report'],
    ['Unit tests', 'orders_add_up'],
    ['Macros', 'cents'],
  ]);
  expect(outline(databaseTree(site))).toEqual([
    ['SHOP', ['PROD', 'CUSTOMERS', 'ORDERS', 'RAW_ORDERS', 'STG_ORDERS']],
  ]);
  expect(pathTo(databaseTree(site), 'model.shop.orders')).toEqual(['database/SHOP', 'database/SHOP/PROD']);
  expect(pathTo(databaseTree(site), 'nothing')).toBeUndefined();
});

describe('lineage', () => {
  const names = (choice: { nodes: readonly { name: string }[] }) =>
    choice.nodes.map(({ name }) => name).sort();

  test('reaches as far as it is asked to', () => {
    expect(names(chooseLineage(site, orders, { up: 1, down: 0 }))).toEqual(['orders', 'stg_orders']);
    expect(names(chooseLineage(site, orders, { up: null, down: 1 }))).toEqual([
      'customers',
      'orders',
      'raw_orders',
      'stg_orders',
      'weekly_report',
    ]);
    expect(names(chooseLineage(site, undefined, { up: 0, down: 0 }))).toEqual([
      'customers',
      'orders',
      'raw_orders',
      'stg_orders',
      'weekly_report',
    ]);
  });

  test('follows a column through all that carries its value', () => {
    const { nodes, trace } = traceColumn(site, {
      node: node('source.shop.raw.raw_orders'),
      column: 'amount_cents',
    });
    expect(nodes.map(({ name }) => name)).toEqual(['raw_orders', 'stg_orders', 'orders']);
    expect(
      trace?.edges.map(({ from, to, how }) => `${from.column} ${how} ${to.node.name}.${to.column}`),
    ).toEqual(['amount_cents computed stg_orders.amount', 'amount computed orders.amount']);
    expect(site.decides({ node: node('model.shop.stg_orders'), column: 'id' })).toEqual([orders]);
    expect(site.decidedBy(orders)).toMatchObject([{ column: 'id', node: { name: 'stg_orders' } }]);
  });

  test('lights up what is above and below, and not beside', () => {
    const edges = [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'd'],
      ['e', 'c'],
    ] as const;
    expect([...relatives(edges, 'b')].sort()).toEqual(['a', 'b', 'c']);
  });

  test('is drawn with the columns of opened nodes, of wide ones the first, and with the edges between them', () => {
    const wide = aNode('wide', { columns: Array.from({ length: 30 }, (_, index) => aColumn(`c${index}`)) });
    const reader = aNode('reader', { parents: [wide.id], columns: [aColumn('x')] });
    const two = new Site(
      aSite([wide, reader], {
        columnEdges: [
          [0, 'c3', 1, 'x', 'copied'],
          [0, 'c29', 1, 'x', 'computed'],
        ],
      }),
    );
    const choice = chooseLineage(two, undefined, { up: null, down: null });
    const measure = (text: string) => text.length * 7;
    const closed = makeScene(two, choice, { opened: new Map(), measure });
    expect(closed.nodes.map(({ columns }) => columns)).toEqual([[], []]);
    expect(closed.edges).toHaveLength(1);
    const some = makeScene(two, choice, {
      opened: new Map([
        [wide.id, 'some'],
        [reader.id, 'some'],
      ]),
      measure,
    });
    expect(some.nodes.map(({ columns, hidden }) => [columns.length, hidden])).toEqual([
      [24, 6],
      [1, 0],
    ]);
    expect(some.links).toHaveLength(1);
    const all = makeScene(two, choice, {
      opened: new Map([
        [wide.id, 'all'],
        [reader.id, 'all'],
      ]),
      measure,
    });
    expect(all.links.map(({ how }) => how)).toEqual(['copied', 'computed']);
  });
});

test('a drawing is fitted, enlarged around a point, and moved no more than it must be', () => {
  const window = { width: 1000, height: 500 };
  expect(fitted({ width: 100, height: 100 }, window)).toEqual({ x: 450, y: 200, scale: 1 });
  expect(fitted({ width: 4000, height: 100 }, window).scale).toBeCloseTo(944 / 4000);
  const view = zoomed({ x: 0, y: 0, scale: 1 }, 2, 100, 50);
  expect(view).toEqual({ x: -100, y: -50, scale: 2 });
  expect(zoomed(view, 100, 0, 0).scale).toBe(2.5);
  const still = { x: 0, y: 0, scale: 1 };
  expect(revealing(still, { x: 100, y: 100, width: 50, height: 50 }, window)).toEqual(still);
  expect(revealing(still, { x: 1200, y: 100, width: 50, height: 50 }, window).x).toBe(-278);
});
