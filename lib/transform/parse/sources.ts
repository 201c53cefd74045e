import type { Problems } from '../errors.ts';
import type { Freshness, Period, SourceNode, Threshold } from '../graph/node.ts';
import { resolveConfig } from '../project/config-tree.ts';
import type { SourceTableProperties } from '../project/properties.ts';
import { asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';

export interface SourceContext {
  /** The `sources:` tree of the source's package, and of the root project if that is another. */
  readonly ownTree: DataRecord;
  readonly rootTree?: DataRecord;
  readonly quoting: DataRecord;
  /** Where a source is whose file does not say. */
  readonly database: string;
  readonly problems: Problems;
}

/** The node of one table of a source. What the table says goes before what its source says. */
export function sourceNode(properties: SourceTableProperties, context: SourceContext): SourceNode {
  const { source, raw } = properties;
  const fqn = [properties.packageName, ...properties.folders, properties.sourceName, properties.name];
  const sourceConfig = asRecord(source.config) ?? {};
  const tableConfig = asRecord(raw.config) ?? {};
  const config = resolveConfig({
    own: context.ownTree,
    ...(context.rootTree === undefined ? {} : { root: context.rootTree }),
    fqn,
    defaults: { enabled: true },
    properties: { ...sourceConfig, ...tableConfig },
    inFile: [],
  });
  const said = (key: string): Data | undefined =>
    tableConfig[key] ?? raw[key] ?? config[key] ?? sourceConfig[key] ?? source[key];
  const external = asRecord(raw.external);
  const tags = [...asTexts(source.tags), ...asTexts(raw.tags), ...asTexts(config.tags)];
  const meta = { ...asRecord(source.meta), ...asRecord(raw.meta), ...asRecord(config.meta) };
  return {
    resourceType: 'source',
    uniqueId: `source.${properties.packageName}.${properties.sourceName}.${properties.name}`,
    name: properties.name,
    packageName: properties.packageName,
    path: properties.path,
    originalPath: properties.path,
    fqn,
    description: properties.description,
    columns: properties.columns,
    config,
    tags: [...new Set(tags)],
    meta,
    patch: { file: properties.file, line: properties.line, path: properties.path },
    sourceName: properties.sourceName,
    sourceDescription: properties.sourceDescription,
    identifier: asText(raw.identifier) ?? properties.name,
    database: asText(source.database) ?? context.database,
    schema: asText(source.schema) ?? properties.sourceName,
    loader: asText(raw.loader) ?? asText(source.loader) ?? '',
    quoting: { ...context.quoting, ...asRecord(source.quoting), ...asRecord(raw.quoting) },
    freshness: readFreshness(properties, said, context.problems),
    loadedAtField: asText(said('loaded_at_field')) ?? null,
    loadedAtQuery: asText(said('loaded_at_query')) ?? null,
    sourceMeta: { ...asRecord(source.meta), ...asRecord(sourceConfig.meta) },
    enabled: config.enabled !== false,
    ...(external === undefined ? {} : { external }),
    ...(properties.patchedIn === undefined ? {} : { patchedIn: properties.patchedIn }),
    writtenDatabase: asText(properties.writtenSource.database) ?? null,
    writtenSchema: asText(properties.writtenSource.schema) ?? null,
    freshnessOff: isSwitchedOff(raw, tableConfig) || isSwitchedOff(source, sourceConfig),
  };
}

function isSwitchedOff(raw: DataRecord, config: DataRecord | undefined): boolean {
  return raw.freshness === null || config?.freshness === null;
}

/** The thresholds of a table over those of its source; `null` anywhere on the table switches freshness off. */
function readFreshness(
  properties: SourceTableProperties,
  said: (key: string) => Data | undefined,
  problems: Problems,
): Freshness | null {
  const { source, raw } = properties;
  const ownConfig = asRecord(raw.config);
  if (isSwitchedOff(raw, ownConfig)) return null;
  const merged: DataRecord = {
    ...asRecord(source.freshness),
    ...asRecord(asRecord(source.config)?.freshness),
    ...asRecord(raw.freshness),
    ...asRecord(ownConfig?.freshness),
  };
  const fallback = asRecord(said('freshness'));
  const record = Object.keys(merged).length > 0 ? merged : (fallback ?? {});
  const threshold = (key: 'warn_after' | 'error_after'): Threshold | null => {
    const value = asRecord(record[key]);
    if (value === undefined) return null;
    const { count, period } = value;
    if (typeof count === 'number' && isPeriod(period)) return { count, period };
    if (Object.keys(value).length > 0) {
      problems.add({
        file: properties.file,
        line: properties.line,
        message: `\`${key}\` of ${properties.sourceName}.${properties.name} needs a \`count\` and a \`period\` of minute, hour or day.`,
      });
    }
    return null;
  };
  const warnAfter = threshold('warn_after');
  const errorAfter = threshold('error_after');
  if (warnAfter === null && errorAfter === null) return null;
  return { warnAfter, errorAfter, filter: asText(record.filter) ?? null };
}

function isPeriod(value: Data | undefined): value is Period {
  return value === 'minute' || value === 'hour' || value === 'day';
}
