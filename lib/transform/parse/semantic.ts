import { similarNames } from '../../config/index.ts';
import { readCall } from '../graph/calls.ts';
import type { Definition } from '../graph/node.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { asList, asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import { type DefinitionContext, definition, oneOf } from './definitions.ts';

const metricTypes = ['simple', 'ratio', 'derived', 'cumulative', 'conversion'];

/** The semantic models of a package's schema files, and the metrics that their measures ask for. */
export function readSemanticModels(properties: PackageProperties, context: DefinitionContext): Definition[] {
  return properties.semanticModels.flatMap((item) => {
    const { file, line, name, raw } = item;
    const model = asText(raw.model) ?? '';
    const written = readCall(model);
    if (written?.kind !== 'ref') {
      context.problems.add({
        file,
        line,
        message: `the semantic model "${name}" needs a \`model\`, and has ${model === '' ? 'none' : `\`${model}\``}.`,
        hint: "It is a call: `model: ref('orders')`.",
      });
      return [];
    }
    const made = definition('semantic_model', item, context, 'semanticModels', {
      refs: [written.call],
      own: {},
    });
    const { meta } = made;
    made.own = {
      model,
      node_relation: null,
      label: asText(raw.label) ?? null,
      defaults: asRecord(raw.defaults) ?? null,
      entities: asList(raw.entities).map((entry) => entityDict(asRecord(entry) ?? {}, meta)),
      measures: asList(raw.measures).map((entry) => measureDict(asRecord(entry) ?? {}, meta)),
      dimensions: asList(raw.dimensions).map((entry) => dimensionDict(asRecord(entry) ?? {}, meta)),
      metadata: null,
      primary_entity: asText(raw.primary_entity) ?? null,
    };
    const asked = asList(raw.measures).flatMap((entry) => {
      const measure = asRecord(entry);
      return measure?.create_metric === true ? [measureMetric(measure, item)] : [];
    });
    return [made, ...asked.flatMap((metric) => readMetric(metric, context))];
  });
}

export function readMetrics(properties: PackageProperties, context: DefinitionContext): Definition[] {
  return properties.metrics.flatMap((item) => readMetric(item, context));
}

/** `create_metric: true` of a measure is a simple metric of its name. */
function measureMetric(measure: DataRecord, model: Properties): Properties {
  const name = asText(measure.name) ?? '';
  return {
    ...model,
    name,
    description: asText(measure.description) ?? `Metric created from measure ${name}`,
    config: {},
    raw: {
      name,
      label: asText(measure.label) ?? name,
      type: 'simple',
      type_params: { measure: name, expr: name },
    },
  };
}

function readMetric(item: Properties, context: DefinitionContext): Definition[] {
  const { file, line, name, raw } = item;
  const problem = (message: string, hint?: string): void => {
    context.problems.add({ file, line, message, ...(hint === undefined ? {} : { hint }) });
  };
  oneOf('type', raw.type, metricTypes, `the metric "${name}"`, problem);
  const params = asRecord(raw.type_params) ?? {};
  const conversion = asRecord(params.conversion_type_params);
  const measures = [params.measure, conversion?.base_measure, conversion?.conversion_measure].flatMap(
    (measure) => nameOfInput(measure) ?? [],
  );
  const inputs = [params.numerator, params.denominator, ...asList(params.metrics)];
  const own = {
    label: asText(raw.label) ?? name,
    type: raw.type,
    type_params: typeParams(params, asText(raw.type) ?? ''),
    filter: filterDict(raw.filter),
    metadata: null,
    time_granularity: asText(raw.time_granularity) ?? null,
  };
  return [
    definition('metric', item, context, 'metrics', {
      metrics: [...new Set(inputs.flatMap((input) => nameOfInput(input) ?? []))],
      measures: [...new Set(measures)],
      own,
    }),
  ];
}

/** Saved queries; their exports go to the target's own place unless they say otherwise. */
export function readSavedQueries(properties: PackageProperties, context: DefinitionContext): Definition[] {
  return properties.savedQueries.map((item) => {
    const params = asRecord(item.raw.query_params) ?? {};
    const own = {
      query_params: {
        metrics: asTexts(params.metrics),
        group_by: asTexts(params.group_by),
        where: filterDict(params.where),
        order_by: asTexts(params.order_by),
        limit: params.limit ?? null,
      },
      exports: asList(item.raw.exports).map((entry) => {
        const record = asRecord(entry) ?? {};
        const config = asRecord(record.config) ?? {};
        return {
          name: asText(record.name) ?? '',
          config: {
            export_as: asText(config.export_as) ?? asText(item.config.export_as) ?? 'table',
            schema_name: asText(config.schema) ?? asText(item.config.schema) ?? context.target.schema,
            alias: asText(config.alias) ?? asText(record.name) ?? null,
            database: asText(config.database) ?? context.target.database,
          },
          unrendered_config: config,
        };
      }),
      label: asText(item.raw.label) ?? null,
      metadata: null,
    };
    return definition('saved_query', item, context, 'savedQueries', {
      metrics: asTexts(params.metrics),
      own,
    });
  });
}

function typeParams(params: DataRecord, type: string): Record<string, unknown> {
  const conversion = asRecord(params.conversion_type_params);
  const cumulative = asRecord(params.cumulative_type_params) ?? {};
  return {
    measure: measureInput(params.measure),
    input_measures: [],
    numerator: metricInput(params.numerator),
    denominator: metricInput(params.denominator),
    expr: asText(params.expr) ?? null,
    window: timeWindow(params.window),
    grain_to_date: asText(params.grain_to_date) ?? null,
    metrics: asList(params.metrics).map(metricInput),
    conversion_type_params:
      conversion === undefined
        ? null
        : {
            base_measure: measureInput(conversion.base_measure),
            conversion_measure: measureInput(conversion.conversion_measure),
            entity: asText(conversion.entity) ?? '',
            calculation: asText(conversion.calculation) ?? 'conversion_rate',
            window: timeWindow(conversion.window),
            constant_properties: conversion.constant_properties ?? null,
          },
    cumulative_type_params:
      type !== 'cumulative'
        ? null
        : {
            window: timeWindow(cumulative.window ?? params.window),
            grain_to_date: asText(cumulative.grain_to_date) ?? asText(params.grain_to_date) ?? null,
            period_agg: asText(cumulative.period_agg) ?? 'first',
            metric: null,
          },
    metric_aggregation_params: null,
  };
}

function nameOfInput(input: Data | undefined): string | undefined {
  return typeof input === 'string' ? input : asText(asRecord(input)?.name);
}

function measureInput(input: Data | undefined): Record<string, unknown> | null {
  const name = nameOfInput(input);
  if (name === undefined) return null;
  const record = asRecord(input);
  return {
    name,
    filter: filterDict(record?.filter),
    alias: asText(record?.alias) ?? null,
    join_to_timespine: record?.join_to_timespine === true,
    fill_nulls_with: record?.fill_nulls_with ?? null,
  };
}

function metricInput(input: Data | undefined): Record<string, unknown> | null {
  const name = nameOfInput(input);
  if (name === undefined) return null;
  const record = asRecord(input);
  return {
    name,
    filter: filterDict(record?.filter),
    alias: asText(record?.alias) ?? null,
    offset_window: timeWindow(record?.offset_window),
    offset_to_grain: asText(record?.offset_to_grain) ?? null,
  };
}

/** `7 days` as its count and the name of its unit. */
function timeWindow(value: Data | undefined): Record<string, unknown> | null {
  const [, count, unit] = /^\s*(\d+)\s+(\w+?)s?\s*$/.exec(asText(value) ?? '') ?? [];
  return unit === undefined ? null : { count: Number(count), granularity: unit.toLowerCase() };
}

function filterDict(value: Data | undefined): Record<string, unknown> | null {
  const texts = asTexts(value);
  return texts.length === 0 ? null : { where_filters: texts.map((text) => ({ where_sql_template: text })) };
}

function element(record: DataRecord, meta: DataRecord): Record<string, unknown> {
  return {
    name: asText(record.name) ?? '',
    description: asText(record.description) ?? null,
    label: asText(record.label) ?? null,
    expr: asText(record.expr) ?? (typeof record.expr === 'boolean' ? String(record.expr) : null),
    config: { meta: { ...meta, ...asRecord(asRecord(record.config)?.meta) } },
  };
}

function entityDict(record: DataRecord, meta: DataRecord): Record<string, unknown> {
  return { ...element(record, meta), type: record.type, role: asText(record.role) ?? null };
}

function dimensionDict(record: DataRecord, meta: DataRecord): Record<string, unknown> {
  const params = asRecord(record.type_params);
  return {
    ...element(record, meta),
    type: record.type,
    is_partition: record.is_partition === true,
    type_params:
      params === undefined
        ? null
        : { time_granularity: params.time_granularity, validity_params: params.validity_params ?? null },
    metadata: null,
  };
}

function measureDict(record: DataRecord, meta: DataRecord): Record<string, unknown> {
  const params = asRecord(record.agg_params);
  const additive = asRecord(record.non_additive_dimension);
  return {
    ...element(record, meta),
    agg: record.agg,
    create_metric: false,
    agg_params:
      params === undefined
        ? null
        : {
            percentile: null,
            use_discrete_percentile: false,
            use_approximate_percentile: false,
            ...params,
          },
    non_additive_dimension:
      additive === undefined
        ? null
        : {
            name: asText(additive.name) ?? '',
            window_choice: asText(additive.window_choice) ?? 'min',
            window_groupings: asTexts(additive.window_groupings),
          },
    agg_time_dimension: asText(record.agg_time_dimension) ?? null,
  };
}

/** Unique ids of the semantic models that have the measures of a metric; a measure that none has is a problem. */
export function measureIds(
  metric: Definition,
  definitions: Iterable<Definition>,
  { problems }: Pick<DefinitionContext, 'problems'>,
): string[] {
  const models = [...definitions].filter(({ resourceType }) => resourceType === 'semantic_model');
  const measuresOf = (model: Definition) =>
    asList(model.own.measures as Data).map((measure) => nameOfInput(measure) ?? '');
  const found = metric.measures.flatMap((name) => {
    const owner = models.find((model) => measuresOf(model).includes(name));
    if (owner !== undefined) return [owner.uniqueId];
    const [meant] = similarNames(name, new Set(models.flatMap(measuresOf)));
    problems.add({
      ...(metric.patch ?? { file: metric.originalPath }),
      message: `metric ${metric.name} is over the measure "${name}", and no semantic model has it.`,
      ...(meant === undefined ? {} : { hint: `Did you mean "${meant}"?` }),
    });
    return [];
  });
  return [...new Set(found)];
}

/** Fills in the measures that a metric comes down to, through the metrics that it is made of. */
export function fillInputMeasures(metrics: readonly Definition[]): void {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const measuresOf = (metric: Definition, above: readonly string[]): unknown[] => {
    const params = asRecord(metric.own.type_params) ?? {};
    const conversion = asRecord(params.conversion_type_params);
    const own = [params.measure, conversion?.base_measure, conversion?.conversion_measure].filter(
      (measure) => measure !== null && measure !== undefined,
    );
    const below = metric.metrics.flatMap((name) => {
      const next = byName.get(name);
      return next === undefined || above.includes(name) ? [] : measuresOf(next, [...above, name]);
    });
    return [...own, ...below];
  };
  for (const metric of metrics) {
    const all = new Map(measuresOf(metric, [metric.name]).map((one) => [JSON.stringify(one), one]));
    metric.own = {
      ...metric.own,
      type_params: { ...asRecord(metric.own.type_params), input_measures: [...all.values()] },
    };
  }
}
