import { expect, test } from 'vitest';
import { manifest } from '../../../lib/transform/artifacts/manifest.ts';
import { parsed, problemsOf } from '../support/parsing.ts';

const files = {
  'dbt_project.yml': 'name: p\nsemantic-models: {p: {+meta: {owner: bi}}}\nmetrics: {p: {+meta: {tier: 1}}}',
  'models/orders.sql': 'select 1 as id, 2 as amount, current_date as ordered_at',
  'models/s.yml': `
semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: ordered_at}
    entities: [{name: order, type: primary, expr: id}]
    dimensions: [{name: ordered_at, type: time, type_params: {time_granularity: day}}]
    measures:
      - {name: total, agg: sum, expr: amount}
      - {name: count_of_orders, agg: count, expr: id, create_metric: true}
metrics:
  - name: revenue
    label: Revenue
    type: simple
    type_params: {measure: {name: total, fill_nulls_with: 0}}
    filter: "{{ Dimension('order__ordered_at') }} > '2020-01-01'"
  - name: average
    label: Average
    type: ratio
    type_params: {numerator: revenue, denominator: count_of_orders}
  - name: growth
    label: Growth
    type: derived
    type_params: {expr: now - before, metrics: [{name: revenue, alias: now}, {name: revenue, alias: before, offset_window: 2 months}]}
saved_queries:
  - name: monthly
    query_params: {metrics: [average], group_by: ["TimeDimension('metric_time', 'month')"]}
    exports: [{name: monthly_table, config: {export_as: table}}]
exposures:
  - {name: board, type: dashboard, owner: {name: A}, depends_on: [metric('growth')]}
`,
};

test('semantic models, metrics and saved queries are part of the graph and the manifest', () => {
  const project = parsed(files);
  const made = manifest(project, { id: 'i', startedAt: new Date(0), env: {} }) as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  const { parent_map, metrics, semantic_models, saved_queries } = made;
  expect(parent_map).toMatchObject({
    'semantic_model.p.orders': ['model.p.orders'],
    'metric.p.revenue': ['semantic_model.p.orders'],
    'metric.p.count_of_orders': ['semantic_model.p.orders'],
    'metric.p.average': ['metric.p.count_of_orders', 'metric.p.revenue'],
    'metric.p.growth': ['metric.p.revenue'],
    'saved_query.p.monthly': ['metric.p.average'],
    'exposure.p.board': ['metric.p.growth'],
  });
  expect(semantic_models?.['semantic_model.p.orders']).toMatchObject({
    node_relation: { alias: 'orders', schema_name: 'DEV', database: 'D', relation_name: 'D.DEV.orders' },
    entities: [{ name: 'order', type: 'primary', expr: 'id', config: { meta: { owner: 'bi' } } }],
  });
  expect(metrics?.['metric.p.revenue']).toMatchObject({
    meta: { tier: 1 },
    filter: {
      where_filters: [{ where_sql_template: "{{ Dimension('order__ordered_at') }} > '2020-01-01'" }],
    },
  });
  expect(metrics?.['metric.p.average']?.type_params).toMatchObject({
    input_measures: [{ name: 'total', fill_nulls_with: 0 }, { name: 'count_of_orders' }],
  });
  expect(metrics?.['metric.p.growth']?.type_params).toMatchObject({
    input_measures: [{ name: 'total' }],
    metrics: [{ alias: 'now' }, { alias: 'before', offset_window: { count: 2, granularity: 'month' } }],
  });
  expect(saved_queries?.['saved_query.p.monthly']?.exports).toMatchObject([
    { name: 'monthly_table', config: { alias: 'monthly_table', schema_name: 'DEV', database: 'D' } },
  ]);
});

test('what metrics are made of has to be there', () => {
  const yaml = `
semantic_models: [{name: s, model: orders, measures: [{name: total, agg: sum}]}, {name: t, model: ref('orders'), measures: [{name: total, agg: sum}]}]
metrics:
  - {name: a, label: A, type: simple, type_params: {measure: totl}}
  - {name: b, label: B, type: derived, type_params: {metrics: [aa]}}
  - {name: c, label: C, type: sum}
`;
  expect(problemsOf({ 'models/orders.sql': 'select 1 as id', 'models/s.yml': yaml })).toEqual([
    'models/s.yml:2 | the semantic model "s" needs a `model`, and has `orders`. | It is a call: `model: ref(\'orders\')`.',
    'models/s.yml:6 | the metric "c" needs a `type` of simple, ratio, derived, cumulative, conversion, and says "sum". | ',
    'models/s.yml:4 | metric a is over the measure "totl", and no semantic model has it. | Did you mean "total"?',
    'models/s.yml:5 | metric b reads the metric "aa", and no schema file defines it. | Did you mean "a"?',
  ]);
});
