import type { Problems } from '../errors.ts';
import { asList, asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import type { RenderValue } from './config-file.ts';
import { misspelledKeys, unknownKeys } from './known-keys.ts';
import { readTestRequest, type TestRequest } from './test-shapes.ts';
import { columnChoice, type VersionProperties } from './versions.ts';
import type { YamlFile } from './yaml.ts';

/** Where a part of a schema file stands. */
interface Place {
  readonly file: string;
  readonly line: number;
}

export interface PlacedTest extends Place {
  readonly request: TestRequest;
}

export interface ColumnProperties {
  readonly name: string;
  readonly description: string;
  readonly dataType: string | null;
  readonly quote: boolean | null;
  readonly meta: DataRecord;
  readonly tags: readonly string[];
  readonly constraints: readonly Data[];
  readonly granularity: string | null;
  /** Unique ids of the docs blocks that its description includes. */
  readonly docBlocks?: readonly string[];
  readonly tests: readonly PlacedTest[];
  /** What else is said of it, by keys of the project's own. */
  readonly extra?: DataRecord;
}

/** What a schema file says of a model, seed, snapshot, analysis or macro. */
export interface Properties extends Place {
  readonly packageName: string;
  /** Of the file, from the folder of its package. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly config: DataRecord;
  /** Like `raw`, its templates not rendered. */
  readonly written: DataRecord;
  readonly columns: readonly ColumnProperties[];
  readonly tests: readonly PlacedTest[];
  /** The versions of a model that has any; what they say goes over the rest. */
  readonly versions: readonly VersionProperties[];
  /** Everything as it was written, for the parts that only some resources have. */
  readonly raw: DataRecord;
}

export interface SourceTableProperties extends Properties {
  readonly source: DataRecord;
  /** What is said of the whole source, its templates not rendered. */
  readonly writtenSource: DataRecord;
  readonly sourceName: string;
  readonly sourceDescription: string;
  /** The schema file of another package that overrides it. */
  readonly patchedIn?: string;
  /** Folders of the file below its path, for the fqn. */
  readonly folders: readonly string[];
}

/** What a package says of a source of another package, with `overrides:`. */
export interface SourceOverride extends Place {
  /** The package that says it, and its file. */
  readonly by: string;
  readonly path: string;
  /** The package whose source it is. */
  readonly packageName: string;
  readonly sourceName: string;
  readonly sourceDescription: string;
  readonly source: DataRecord;
  readonly tables: readonly SourceTableProperties[];
}

/** All that the schema files of a package say, by the kind of thing it is said of. */
export interface PackageProperties {
  readonly models: Properties[];
  readonly seeds: Properties[];
  readonly snapshots: Properties[];
  readonly analyses: Properties[];
  readonly macros: Properties[];
  readonly tests: Properties[];
  readonly sources: SourceTableProperties[];
  readonly sourceOverrides: SourceOverride[];
  readonly exposures: Properties[];
  readonly groups: Properties[];
  readonly unitTests: Properties[];
  readonly metrics: Properties[];
  readonly semanticModels: Properties[];
  readonly savedQueries: Properties[];
  /** Keys that mean nothing and were probably meant to. */
  readonly slips: (Place & { readonly message: string })[];
}

export function emptyProperties(): PackageProperties {
  return {
    models: [],
    seeds: [],
    snapshots: [],
    analyses: [],
    macros: [],
    tests: [],
    sources: [],
    sourceOverrides: [],
    exposures: [],
    groups: [],
    unitTests: [],
    metrics: [],
    semanticModels: [],
    savedQueries: [],
    slips: [],
  };
}

export interface SchemaFileContext {
  readonly packageName: string;
  /** Of the file, from the folder of its package. */
  readonly path: string;
  readonly folders: readonly string[];
  readonly render: RenderValue;
  readonly problems: Problems;
}

/** Adds what one schema file says to `into`. Tests and descriptions stay templates; everything else is rendered. */
export function readSchemaFile(yaml: YamlFile, context: SchemaFileContext, into: PackageProperties): void {
  const root = asRecord(yaml.data);
  if (root === undefined) {
    if (yaml.data !== null)
      context.problems.add({ file: yaml.file, line: 1, message: 'this is not a record.' });
    return;
  }
  const reader = new SchemaReader(yaml, context, into.slips);
  reader.lookForSlips(root, null, []);
  into.models.push(...reader.readAll(root, 'models'));
  into.seeds.push(...reader.readAll(root, 'seeds'));
  into.snapshots.push(...reader.readAll(root, 'snapshots'));
  into.analyses.push(...reader.readAll(root, 'analyses'));
  into.macros.push(...reader.readAll(root, 'macros'));
  into.tests.push(...reader.readAll(root, 'data_tests'));
  into.exposures.push(...reader.readAll(root, 'exposures'));
  into.groups.push(...reader.readAll(root, 'groups'));
  into.unitTests.push(...reader.readAll(root, 'unit_tests'));
  into.metrics.push(...reader.readAll(root, 'metrics'));
  into.semanticModels.push(...reader.readAll(root, 'semantic_models'));
  into.savedQueries.push(...reader.readAll(root, 'saved_queries'));
  const { sources, overrides } = reader.readSources(root);
  into.sources.push(...sources);
  into.sourceOverrides.push(...overrides);
}

type Path = readonly (string | number)[];

class SchemaReader {
  readonly #yaml: YamlFile;
  readonly #context: SchemaFileContext;
  readonly #slips: PackageProperties['slips'];

  constructor(yaml: YamlFile, context: SchemaFileContext, slips: PackageProperties['slips']) {
    this.#yaml = yaml;
    this.#context = context;
    this.#slips = slips;
  }

  /** @param list the list that the record stands in; null for the whole file */
  lookForSlips(record: DataRecord, list: string | null, path: Path): void {
    for (const { key, meant } of misspelledKeys(record, list)) {
      const of = list === null ? '' : ` of ${asText(record.name) ?? `an entry of ${list}`}`;
      this.#slips.push({
        file: this.#yaml.file,
        line: this.#yaml.lineOf([...path, key]),
        message: `\`${key}\`${of} means nothing. Did you mean \`${meant}\`?`,
      });
    }
  }

  readAll(root: DataRecord, key: string): Properties[] {
    return this.#named(root, [key]).map(({ record, path }) => this.#properties(record, path));
  }

  readSources(root: DataRecord): Pick<PackageProperties, 'sources'> & { overrides: SourceOverride[] } {
    const sources: SourceTableProperties[] = [];
    const overrides: SourceOverride[] = [];
    for (const { record, path } of this.#named(root, ['sources'])) {
      const { tables: _, ...rest } = record;
      const source = this.#render(rest, path);
      const shared = {
        source,
        writtenSource: rest,
        sourceName: asText(source.name) ?? '',
        sourceDescription: asText(record.description) ?? '',
        folders: this.#context.folders,
      };
      const tables = this.#named(record, [...path, 'tables'], 'tables').map((table) => ({
        ...this.#properties(table.record, table.path),
        ...shared,
      }));
      const overridden = asText(source.overrides);
      if (overridden === undefined) sources.push(...tables);
      else {
        const place = { file: this.#yaml.file, line: this.#yaml.lineOf(path), path: this.#context.path };
        const by = this.#context.packageName;
        overrides.push({ ...place, ...shared, by, packageName: overridden, tables });
      }
    }
    return { sources, overrides };
  }

  /** The records of a list that have a name; others are reported. */
  #named(parent: DataRecord, path: Path, key = String(path.at(-1))): { record: DataRecord; path: Path }[] {
    const value = parent[key];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.#problem(path, `\`${key}\` is not a list.`);
      return [];
    }
    return value.flatMap((item: Data, index: number) => {
      const record = asRecord(item);
      if (record === undefined || asText(record.name) === undefined) {
        this.#problem([...path, index], nameMissing(key, record?.name), nameHint(record?.name));
        return [];
      }
      this.lookForSlips(record, key, [...path, index]);
      return [{ record, path: [...path, index] }];
    });
  }

  #properties(record: DataRecord, path: Path): Properties {
    const { tests, data_tests: dataTests, columns, description, ...rest } = record;
    const { versions, ...others } = rest;
    const isModel = path[0] === 'models';
    const raw = this.#render(isModel ? others : rest, path);
    return {
      packageName: this.#context.packageName,
      path: this.#context.path,
      file: this.#yaml.file,
      line: this.#yaml.lineOf(path),
      name: asText(raw.name) ?? '',
      description: asText(description) ?? '',
      config: asRecord(raw.config) ?? {},
      written: isModel ? others : rest,
      columns: this.#named({ columns: columns ?? null }, [...path, 'columns']).map((column) =>
        this.#column(column.record, column.path),
      ),
      tests: [...this.#tests(tests, [...path, 'tests']), ...this.#tests(dataTests, [...path, 'data_tests'])],
      versions: isModel ? this.#versions(versions, [...path, 'versions']) : [],
      raw,
    };
  }

  #versions(value: Data | undefined, path: Path): VersionProperties[] {
    if (value !== undefined && value !== null && !Array.isArray(value)) {
      this.#problem(path, '`versions` is not a list.');
      return [];
    }
    return asList(value).flatMap((entry, index) => {
      const at = [...path, index];
      const record = asRecord(entry);
      const version = record?.v;
      if (record === undefined || (typeof version !== 'number' && typeof version !== 'string')) {
        this.#problem(at, 'an entry of `versions` has no `v`.');
        return [];
      }
      this.lookForSlips(record, 'versions', at);
      return [this.#version(record, version, at)];
    });
  }

  #version(record: DataRecord, version: string | number, path: Path): VersionProperties {
    const { tests, data_tests: dataTests, columns, ...rest } = record;
    const choices = asList(columns).map(columnChoice);
    const wrong = choices.find((choice) => typeof choice === 'string');
    if (wrong !== undefined) this.#problem([...path, 'columns'], `${wrong}.`);
    const chosen = choices.filter((choice) => typeof choice === 'object');
    if (chosen.length > 1)
      this.#problem([...path, 'columns'], '`columns` of a version has `include` more than once.');
    const own = asList(columns).flatMap((column, index) =>
      choices[index] === undefined ? [{ column, at: [...path, 'columns', index] }] : [],
    );
    return {
      version,
      line: this.#yaml.lineOf(path),
      definedIn: asText(rest.defined_in) ?? null,
      ...(chosen[0] ?? { include: 'all', exclude: [] }),
      columns: own.flatMap(({ column, at }) => {
        const named = asRecord(column);
        if (named !== undefined && asText(named.name) !== undefined) return [this.#column(named, at)];
        this.#problem(at, 'an entry of `columns` has no `name`.');
        return [];
      }),
      tests:
        tests === undefined && dataTests === undefined
          ? null
          : [...this.#tests(tests, [...path, 'tests']), ...this.#tests(dataTests, [...path, 'data_tests'])],
      raw: this.#render(rest, path),
    };
  }

  #column(record: DataRecord, path: Path): ColumnProperties {
    const { tests, data_tests: dataTests, description, ...rest } = record;
    const said = this.#render(rest, path);
    const config = asRecord(said.config) ?? {};
    const extra = unknownKeys(said, 'columns');
    return {
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
      name: asText(said.name) ?? '',
      description: asText(description) ?? '',
      dataType: asText(said.data_type) ?? null,
      quote: typeof said.quote === 'boolean' ? said.quote : null,
      meta: { ...asRecord(said.meta), ...asRecord(config.meta) },
      tags: [...asTexts(said.tags), ...asTexts(config.tags)],
      constraints: asList(said.constraints),
      granularity: asText(said.granularity) ?? null,
      tests: [...this.#tests(tests, [...path, 'tests']), ...this.#tests(dataTests, [...path, 'data_tests'])],
    };
  }

  #tests(value: Data | undefined, path: Path): PlacedTest[] {
    if (value !== undefined && value !== null && !Array.isArray(value)) {
      this.#problem(path, `\`${String(path.at(-1))}\` is not a list.`);
      return [];
    }
    return asList(value).flatMap((entry, index) => {
      const at = [...path, index];
      const request = readTestRequest(entry);
      if (typeof request === 'string') {
        this.#problem(at, `${request}.`);
        return [];
      }
      return [{ request, file: this.#yaml.file, line: this.#yaml.lineOf(at) }];
    });
  }

  #render(record: DataRecord, path: Path): DataRecord {
    const line = this.#yaml.lineOf(path);
    const render = (value: Data): Data => this.#context.render(value, this.#yaml.file, line);
    const isSemantic = semanticKinds.has(String(path[0]));
    // What cannot be rendered is reported, and still has its name.
    return asRecord(isSemantic ? renderAround(record, render) : render(record)) ?? plainTexts(record);
  }

  #problem(path: Path, message: string, hint?: string): void {
    const place = { file: this.#yaml.file, line: this.#yaml.lineOf(path) };
    this.#context.problems.add({ ...place, message, ...(hint === undefined ? {} : { hint }) });
  }
}

const semanticKinds = new Set(['metrics', 'semantic_models', 'saved_queries']);

/** Filters of metrics are templates of the semantic layer, which only it can render. */
const semanticCall = /\b(?:Dimension|TimeDimension|Entity|Metric)\s*\(/;

/** Renders the texts of a value but for those that are filters of metrics. */
function renderAround(value: Data, render: (value: Data) => Data): Data {
  if (typeof value === 'string') return semanticCall.test(value) ? value : render(value);
  if (Array.isArray(value)) return value.map((item: Data) => renderAround(item, render));
  const record = asRecord(value);
  if (record === undefined) return value;
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, renderAround(item, render)]));
}

/** The texts of a record that are no templates. */
function plainTexts(record: DataRecord): DataRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => typeof value === 'string' && !value.includes('{')),
  );
}

function nameMissing(key: string, name: Data | undefined): string {
  return name === undefined || name === null
    ? `an entry of \`${key}\` has no \`name\`.`
    : `the \`name\` of an entry of \`${key}\` is no text, but ${JSON.stringify(name)}.`;
}

function nameHint(name: Data | undefined): string | undefined {
  return typeof name === 'boolean'
    ? 'YAML reads on, off, yes and no as true and false: quote the name.'
    : undefined;
}
