import type { Problems } from '../errors.ts';
import type { Version } from '../graph/node.ts';
import { asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import type { ColumnProperties, PlacedTest, Properties } from './properties.ts';

/** What a schema file says of one version of a model. */
export interface VersionProperties {
  readonly version: Version;
  readonly line: number;
  /** The file it is in, without its ending, if that is not `<model>_v<version>`. */
  readonly definedIn: string | null;
  /** Which of the model's columns it has, but for its own. */
  readonly include: 'all' | readonly string[];
  readonly exclude: readonly string[];
  readonly columns: readonly ColumnProperties[];
  /** Null when it has the tests of the model. */
  readonly tests: readonly PlacedTest[] | null;
  readonly raw: DataRecord;
}

/** A version of a model as a file of its own would describe it. */
export interface DescribedVersion {
  readonly version: Version;
  readonly latest: Version;
  /** Names of files that may hold it, the likeliest first. */
  readonly fileNames: readonly string[];
  readonly properties: Properties;
}

/** `v2`: how unique ids, names of files and aliases spell a version. */
export function spelledVersion(version: Version): string {
  return `v${version}`;
}

/** Which columns of the model the first entry of a version's `columns:` takes over; undefined for an ordinary column. */
export function columnChoice(
  entry: Data,
): Pick<VersionProperties, 'include' | 'exclude'> | string | undefined {
  const record = asRecord(entry);
  if (record === undefined || record.name !== undefined) return undefined;
  if (record.include === undefined && record.exclude === undefined) return undefined;
  const { include, exclude } = record;
  const names = asTexts(exclude);
  if (include === undefined || include === 'all' || include === '*')
    return { include: 'all', exclude: names };
  if (!Array.isArray(include)) return '`include` is `all` or a list of columns';
  if (names.length > 0) return '`exclude` has a meaning only with `include: all`';
  return { include: asTexts(include), exclude: [] };
}

/**
 * The versions of a model, each with what the model says for all of them: its columns and tests unless it has its own, and
 * its configs merged key by key. Mistakes in the list are problems.
 */
export function describedVersions(model: Properties, problems: Problems): DescribedVersion[] {
  const { versions, file, line, name } = model;
  if (versions.length === 0) return [];
  const known = versions.map(({ version }) => version);
  const { latest_version: said } = model.raw;
  const latest = typeof said === 'number' || typeof said === 'string' ? said : newest(known);
  if (!known.some((version) => String(version) === String(latest))) {
    problems.add({
      file,
      line,
      message: `\`latest_version\` of ${name} is ${latest}, which is none of its versions.`,
      hint: `There are ${known.join(', ')}.`,
    });
  }
  for (const [index, { version, line: at }] of versions.entries()) {
    if (known.slice(0, index).some((before) => String(before) === String(version))) {
      problems.add({ file, line: at, message: `${name} has two versions ${version}.` });
    }
  }
  return versions.map((one) => {
    const isLatest = String(one.version) === String(latest);
    const suffix = spelledVersion(one.version);
    return {
      version: one.version,
      latest,
      fileNames: [
        ...(one.definedIn === null
          ? [`${name}_${suffix}`, `${name}.${suffix}`]
          : [one.definedIn, one.definedIn.replace(/\.sql$/, '')]),
        // The newest may keep the file it had before there were others.
        ...(isLatest ? [name] : []),
      ],
      properties: merged(model, one),
    };
  });
}

function newest(versions: readonly Version[]): Version {
  const [first = 1, ...rest] = versions;
  return rest.reduce((newer, version) => (isNewer(version, newer) ? version : newer), first);
}

/** Versions that are numbers are compared as numbers, all others as texts. */
export function isNewer(a: Version, b: Version): boolean {
  const [left, right] = [Number(a), Number(b)];
  return Number.isNaN(left) || Number.isNaN(right) ? String(a) > String(b) : left > right;
}

function merged(model: Properties, one: VersionProperties): Properties {
  const { versions: _, latest_version: __, ...shared } = model.raw;
  const { defined_in: ___, v: ____, ...own } = one.raw;
  const raw: DataRecord = { ...shared, ...own, deprecation_date: own.deprecation_date ?? null };
  const inherited = model.columns.filter(
    ({ name }) => (one.include === 'all' || one.include.includes(name)) && !one.exclude.includes(name),
  );
  return {
    ...model,
    line: one.line,
    description: asText(own.description) || model.description,
    config: deepMerge(model.config, asRecord(own.config) ?? {}),
    columns: [...inherited, ...one.columns],
    tests: one.tests ?? model.tests,
    versions: [],
    raw,
  };
}

function deepMerge(base: DataRecord, layer: DataRecord): DataRecord {
  const result: Record<string, Data> = { ...base };
  for (const [key, value] of Object.entries(layer)) {
    const [before, after] = [asRecord(result[key]), asRecord(value)];
    result[key] = before === undefined || after === undefined ? value : deepMerge(before, after);
  }
  return result;
}
