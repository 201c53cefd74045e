import type {
  SiteColumn,
  SiteData,
  SiteNode,
  SiteResult,
} from '../../../../lib/transform/docs/data-types.ts';

/** A column as the page gets it. */
export function aColumn(name: string, facts: Partial<SiteColumn> = {}): SiteColumn {
  return {
    name,
    type: 'VARCHAR',
    description: '',
    expression: null,
    tags: [],
    meta: {},
    constraints: [],
    masked: null,
    tests: [],
    found: true,
    ...facts,
  };
}

export function aResult(status: string, facts: Partial<SiteResult> = {}): SiteResult {
  const healths: Readonly<Record<string, SiteResult['health']>> = {
    pass: 'good',
    success: 'good',
    warn: 'warn',
  };
  return {
    status,
    health: healths[status] ?? 'bad',
    message: null,
    seconds: 0.5,
    failures: null,
    at: '2026-11-21T09:30:00.000Z',
    ...facts,
  };
}

/** A model of the project `shop`, unless its facts say otherwise. */
export function aNode(name: string, facts: Partial<SiteNode> = {}): SiteNode {
  const kind = facts.kind ?? 'model';
  return {
    id: `${kind}.shop.${name}`,
    kind,
    name,
    label: name,
    package: 'shop',
    file: `models/marts/${name}.sql`,
    folders: ['shop', 'models', 'marts'],
    description: '',
    tags: [],
    meta: {},
    columns: [],
    parents: [],
    macros: [],
    materialized: 'table',
    relation: {
      database: 'SHOP',
      schema: 'PROD',
      name: name.toUpperCase(),
      sql: `SHOP.PROD.${name}`,
      type: 'table',
      rows: 12,
      bytes: 3400,
      lastAltered: '2026-11-21 09:30UTC',
      owner: 'TRANSFORMER',
      comment: null,
    },
    rawCode: 'select 1 as id',
    compiledCode: null,
    access: 'protected',
    group: null,
    owner: null,
    contract: false,
    constraints: [],
    color: null,
    config: {},
    test: null,
    result: null,
    freshness: null,
    facts: [],
    ...facts,
  };
}

/** What a node has that is no relation: a test, an exposure. */
export function without(kind: SiteNode['kind']): Partial<SiteNode> {
  return { kind, relation: null, materialized: null, rawCode: null, access: null };
}

export function aSite(nodes: readonly SiteNode[], facts: Partial<SiteData> = {}): SiteData {
  return {
    project: {
      name: 'shop',
      generatedAt: '2026-11-21T10:00:00.000Z',
      target: 'prod',
      overview: null,
      hasCatalog: true,
    },
    nodes,
    macros: [],
    columnEdges: [],
    rowEdges: [],
    run: null,
    groups: [],
    ...facts,
  };
}

/** A small shop with one of everything: a source, three models in a row, tests good and bad, an exposure, a macro. */
export function aShop(): SiteData {
  const test = (name: string, column: string | null, facts: Partial<SiteNode>) =>
    aNode(name, {
      ...without('test'),
      parents: ['model.shop.orders'],
      test: {
        name: name.split('_orders')[0] ?? name,
        severity: 'error',
        node: 'model.shop.orders',
        column,
        arguments: [],
      },
      compiledCode: 'select id from SHOP.PROD.orders where id is null',
      ...facts,
    });
  const nodes = [
    aNode('raw_orders', {
      kind: 'source',
      id: 'source.shop.raw.raw_orders',
      label: 'raw.raw_orders',
      description: 'Orders as the till writes them.',
      columns: [aColumn('id', { type: 'NUMBER(38,0)' }), aColumn('amount_cents', { type: 'NUMBER(10,0)' })],
      freshness: {
        status: 'warn',
        health: 'warn',
        maxLoadedAt: '2026-11-20T03:00:00.000Z',
        ageSeconds: 111_600,
        checkedAt: '2026-11-21T10:00:00.000Z',
        error: null,
        warnAfter: '12 hours',
        errorAfter: '2 days',
      },
    }),
    aNode('stg_orders', {
      file: 'models/staging/stg_orders.sql',
      folders: ['shop', 'models', 'staging'],
      parents: ['source.shop.raw.raw_orders'],
      columns: [aColumn('id'), aColumn('amount', { expression: 'amount_cents / 100' })],
      rawCode: "select id, amount_cents / 100 as amount from {{ source('raw', 'raw_orders') }}",
      macros: ['macro.shop.cents'],
      result: aResult('success'),
    }),
    aNode('orders', {
      description: 'One row an **order**, paid or not.',
      tags: ['daily', 'finance'],
      meta: { owner: 'Ann' },
      owner: 'Ann',
      group: 'finance',
      contract: true,
      parents: ['model.shop.stg_orders'],
      columns: [
        aColumn('id', {
          type: 'NUMBER(38,0)',
          description: 'Number of the order.',
          tests: ['test.shop.unique_orders_id', 'test.shop.not_null_orders_id'],
        }),
        aColumn('amount', { type: 'NUMBER(12,2)', description: 'In pounds.', expression: 'sum(amount)' }),
      ],
      rawCode: "select id, sum(amount) as amount from {{ ref('stg_orders') }} group by 1",
      compiledCode: 'select id, sum(amount) as amount from SHOP.PROD.stg_orders group by 1',
      result: aResult('success', { seconds: 3.2 }),
    }),
    aNode('customers', { parents: ['model.shop.orders'], result: aResult('skipped', { health: 'skipped' }) }),
    test('unique_orders_id', 'id', {
      result: aResult('fail', { failures: 3, message: 'Got 3 results, configured to fail if != 0' }),
    }),
    test('not_null_orders_id', 'id', { result: aResult('pass') }),
    aNode('weekly_report', {
      ...without('exposure'),
      label: 'Weekly report',
      parents: ['model.shop.orders'],
      owner: 'Bob <bob@example.com>',
      facts: [['Type', 'dashboard']],
    }),
    aNode('orders_add_up', {
      ...without('unit_test'),
      parents: ['model.shop.orders'],
      rawCode: 'model: orders\ngiven: []\n',
      test: { name: null, severity: 'error', node: 'model.shop.orders', column: null, arguments: [] },
      result: aResult('pass'),
    }),
  ];
  return aSite(nodes, {
    project: {
      name: 'shop',
      generatedAt: '2026-11-21T10:00:00.000Z',
      target: 'prod',
      overview:
        '# The shop\n\nHow **orders** become numbers.\n\n## Start here\n\n- [orders](#!/model/model.shop.orders)\n',
      hasCatalog: true,
    },
    macros: [
      {
        id: 'macro.shop.cents',
        name: 'cents',
        package: 'shop',
        file: 'macros/cents.sql',
        description: 'Pounds of pence.',
        arguments: [{ name: 'column', type: 'string', description: 'The column.' }],
        code: '{% macro cents(column) %}{{ column }} / 100{% endmacro %}',
        macros: [],
      },
    ],
    columnEdges: [
      [0, 'id', 1, 'id', 'copied'],
      [0, 'amount_cents', 1, 'amount', 'computed'],
      [1, 'id', 2, 'id', 'copied'],
      [1, 'amount', 2, 'amount', 'computed'],
    ],
    rowEdges: [[1, 'id', 2]],
    run: { command: 'build', at: '2026-11-21T09:29:00.000Z', seconds: 65, target: 'prod' },
    groups: [{ name: 'finance', owner: 'Ann', email: 'ann@example.com', description: '' }],
  });
}
