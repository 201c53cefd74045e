import { expect, test } from 'vitest';
import { renderLineage } from '../../../bin/terminal/lineage.ts';
import { columnLineage, exposuresOf } from '../../../lib/transform/analysis/lineage.ts';
import { type LineageTree, lineageReport } from '../../../lib/transform/analysis/lineage-report.ts';
import { openWorkspace } from '../../../lib/transform/run/workspace.ts';
import { dbtProject, shop } from '../support/projects.ts';

const directory = dbtProject({
  'seeds/rates.csv': 'currency,rate\nGBP,1\n',
  'models/sources.yml': `sources: [{name: raw, schema: RAW, tables: [{name: orders}]}]
exposures:
  - {name: board, type: dashboard, owner: {name: Ann}, depends_on: [ref('totals')]}`,
  'models/stg.sql':
    "select id, amount / 100 as worth, currency as cur from {{ source('raw', 'orders') }} where status = 'paid'",
  'models/rated.sql':
    "{{ config(materialized='ephemeral') }} select s.*, r.rate from {{ ref('stg') }} s join {{ ref('rates') }} r on r.currency = s.cur",
  'models/totals.sql':
    "with sums as (select cur, sum(worth * rate) as total from {{ ref('rated') }} group by cur) select cur, total as revenue from sums",
  'models/grown.sql':
    "{{ config(materialized='incremental') }} select id, worth from {{ ref('stg') }} {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}",
  'models/asks.sql': "{% set x = run_query('select 1') %} select * from {{ ref('stg') }}",
});
const { project } = openWorkspace('lineage', {
  directory,
  project: shop,
  connect: () => Promise.reject(new Error('the warehouse was asked')),
  artifactsDirectory: '',
});
const found = await columnLineage({ project, config: shop });
const exposures = exposuresOf(project);

const edgesTo = (node: string) =>
  found.edges
    .filter(({ to }) => to.node === node)
    .map(
      ({ from, to, kind }) => `${from.node.split('.').slice(-1)}.${from.column} ${kind} ${to.column ?? '*'}`,
    )
    .sort();

test('every node gives its columns, with types and the SQL that makes them', () => {
  expect(found.nodes.get('model.p.totals')).toEqual({
    id: 'model.p.totals',
    name: 'totals',
    resourceType: 'model',
    complete: true,
    columns: [
      { name: 'CUR', type: null, nullable: null, expression: 'cur' },
      { name: 'REVENUE', type: null, nullable: true, expression: 'sum(worth * rate)' },
    ],
  });
  expect(found.nodes.get('seed.p.rates')?.columns).toEqual([
    { name: 'CURRENCY', type: 'VARCHAR(16777216)', nullable: true, expression: null },
    { name: 'RATE', type: 'NUMBER(38,0)', nullable: true, expression: null },
  ]);
  expect(found.nodes.get('model.p.asks')).toMatchObject({ columns: [], complete: false });
});

test('a source that nobody describes has the columns that are read of it', () => {
  const source = found.nodes.get('source.p.raw.orders');
  expect(source?.complete).toBe(false);
  expect(source?.columns.map(({ name }) => name).sort()).toEqual(['AMOUNT', 'CURRENCY', 'ID', 'STATUS']);
});

test('edges lead from one node to the next, through ephemeral models, and never to the node itself', () => {
  expect(edgesTo('model.p.stg')).toEqual([
    'orders.AMOUNT computed WORTH',
    'orders.CURRENCY copy CUR',
    'orders.ID copy ID',
    'orders.STATUS rows *',
  ]);
  expect(edgesTo('model.p.totals')).toEqual([
    'rated.CUR copy CUR',
    'rated.CUR rows *',
    'rated.RATE computed REVENUE',
    'rated.WORTH computed REVENUE',
  ]);
  expect(edgesTo('model.p.rated')).toEqual([
    'rates.CURRENCY rows *',
    'rates.RATE copy RATE',
    'stg.CUR copy CUR',
    'stg.CUR rows *',
    'stg.ID copy ID',
    'stg.WORTH copy WORTH',
  ]);
  expect(edgesTo('model.p.grown')).toEqual(['stg.ID copy ID', 'stg.ID rows *', 'stg.WORTH copy WORTH']);
});

const labels = ({ label, next }: LineageTree): unknown =>
  next.length === 0 ? label : [label, ...next.map(labels)];

test('a column is followed up to its sources and down to exposures', () => {
  const up = lineageReport(found, exposures, { of: 'totals.revenue', direction: 'up' });
  expect(up.up.map(labels)).toEqual([
    ['totals.revenue', ['rated.worth', ['stg.worth', 'raw.orders.amount']], ['rated.rate', 'rates.rate']],
  ]);
  expect(up).toMatchObject({ down: [], rows: ['rated.cur'], decides: [], exposures: [] });
  const down = lineageReport(found, exposures, { of: 'raw.orders.currency', direction: 'down' });
  expect(down.down.map(labels)).toEqual([['raw.orders.currency', ['stg.cur', ['rated.cur', 'totals.cur']]]]);
  expect(down.exposures).toEqual(['board']);
  expect(lineageReport(found, exposures, { of: 'raw.orders.status', direction: 'both' })).toMatchObject({
    decides: ['stg'],
    down: [{ label: 'raw.orders.status', next: [] }],
  });
});

test('a node without a column means all of its columns, one step far unless told', () => {
  const report = lineageReport(found, exposures, { of: 'totals', direction: 'up' });
  expect(report.up.map(labels)).toEqual([
    ['totals.cur', 'rated.cur'],
    ['totals.revenue', 'rated.worth', 'rated.rate'],
  ]);
  expect(
    lineageReport(found, exposures, { of: 'totals', direction: 'up', depth: 2 }).up.map(labels)[0],
  ).toEqual(['totals.cur', ['rated.cur', 'stg.cur']]);
});

test('names that mean nothing are answered with what could be meant', () => {
  const report = (of: string) => lineageReport(found, exposures, { of, direction: 'up' });
  expect(() => report('total.revenue')).toThrow(
    expect.objectContaining({ code: 'LINEAGE_UNKNOWN', hint: 'Did you mean totals.revenue?' }),
  );
  expect(() => report('totals.revenu')).toThrow(
    expect.objectContaining({ hint: 'Did you mean totals.revenue?' }),
  );
  expect(() => report('totals.zzz')).toThrow(expect.objectContaining({ hint: 'It has cur, revenue.' }));
  expect(() => report('raw.order.id')).toThrow(
    expect.objectContaining({ hint: 'Did you mean raw.orders.id?' }),
  );
  expect(() => report('zzzzzz')).toThrow('There is no model, seed, snapshot or source zzzzzz.');
});

test('it is printed as a tree', () => {
  const report = lineageReport(found, exposures, { of: 'totals.revenue', direction: 'both' });
  expect(renderLineage(report, (text) => text)).toEqual([
    'totals.revenue  type not known  = sum(worth * rate)',
    '  made of',
    '  ├─ rated.worth  type not known',
    '  │  └─ stg.worth  type not known  = amount / 100  copy',
    '  │     └─ raw.orders.amount  type not known',
    '  └─ rated.rate  NUMBER(38,0)',
    '     └─ rates.rate  NUMBER(38,0)  copy',
    '',
    'rows are decided by: rated.cur',
    '',
    'exposures: board',
  ]);
});
