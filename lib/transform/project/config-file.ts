import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Problems } from '../errors.ts';
import { asList, asRecord, asText, asTexts, type Data, type DataRecord } from '../values.ts';
import { unknownProjectKeys } from './known-keys.ts';
import { readYaml, type YamlFile } from './yaml.ts';

/** What `dbt_project.yml` says, with dbt's defaults filled in. */
export interface ProjectFileConfig {
  readonly name: string;
  readonly version: string | null;
  readonly profile: string | null;
  /** Absolute folder of the project. */
  readonly directory: string;
  readonly modelPaths: readonly string[];
  readonly seedPaths: readonly string[];
  readonly testPaths: readonly string[];
  readonly macroPaths: readonly string[];
  readonly snapshotPaths: readonly string[];
  readonly analysisPaths: readonly string[];
  readonly docsPaths: readonly string[];
  readonly packagesPath: string;
  readonly vars: DataRecord;
  readonly quoting: DataRecord;
  readonly models: DataRecord;
  readonly seeds: DataRecord;
  readonly snapshots: DataRecord;
  readonly tests: DataRecord;
  readonly unitTests: DataRecord;
  readonly sources: DataRecord;
  readonly exposures: DataRecord;
  readonly metrics: DataRecord;
  readonly semanticModels: DataRecord;
  readonly savedQueries: DataRecord;
  /** Whether models of other packages may read only its public ones. */
  readonly restrictAccess: boolean;
  readonly onRunStart: readonly string[];
  readonly onRunEnd: readonly string[];
  /** Per macro namespace: the packages that are searched for an implementation, in order. */
  readonly dispatch: ReadonlyMap<string, readonly string[]>;
  readonly queryComment: Data;
  readonly flags: DataRecord;
  /** `require-dbt-version`: one requirement or several. */
  readonly requiredVersion: Data;
  /** The whole file as it was written, its templates not rendered. */
  readonly written: DataRecord;
}

/** Renders the texts of a YAML value that hold templates. Keys are left alone. */
export type RenderValue = (value: Data, file: string, line: number) => Data;

/**
 * Reads `dbt_project.yml` of a folder.
 *
 * @returns undefined when it cannot be used; why is in `problems`
 */
export function readProjectFile(
  directory: string,
  render: RenderValue,
  problems: Problems,
  shownAs = 'dbt_project.yml',
): ProjectFileConfig | undefined {
  const absolute = join(directory, 'dbt_project.yml');
  if (!existsSync(absolute)) {
    problems.add({
      file: shownAs,
      message: `there is no dbt_project.yml in ${directory}.`,
      hint: 'It makes a folder a dbt project; `name` is all it needs.',
    });
    return undefined;
  }
  const yaml = readYaml(absolute, shownAs, problems);
  if (yaml === undefined) return undefined;
  const raw = asRecord(yaml.data);
  const name = asText(raw?.name);
  if (raw === undefined || name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    problems.add({
      file: shownAs,
      line: yaml.lineOf(['name']),
      message: '`name` is missing, or is not made of letters, digits and underscores.',
    });
    return undefined;
  }
  reportUnknownKeys(raw, yaml, problems);
  const rendered = (key: string): Data | undefined =>
    raw[key] === undefined ? undefined : render(raw[key], shownAs, yaml.lineOf([key]));
  const record = (key: string) => asRecord(rendered(key)) ?? {};
  const paths = (key: string, older: string, standard: readonly string[]): readonly string[] => {
    const value = rendered(key) ?? rendered(older);
    return value === undefined ? standard : asTexts(value);
  };
  const testPaths = paths('test-paths', 'test_paths', ['tests']);
  const macroPaths = paths('macro-paths', 'macro_paths', ['macros']);
  const modelPaths = paths('model-paths', 'source-paths', ['models']);
  const seedPaths = paths('seed-paths', 'data-paths', ['seeds']);
  const snapshotPaths = paths('snapshot-paths', 'snapshot_paths', ['snapshots']);
  const analysisPaths = paths('analysis-paths', 'analysis_paths', ['analyses']);
  return {
    name,
    version: asText(raw.version) ?? null,
    profile: asText(rendered('profile')) ?? null,
    directory,
    modelPaths,
    seedPaths,
    testPaths,
    macroPaths,
    snapshotPaths,
    analysisPaths,
    docsPaths: paths('docs-paths', 'docs_paths', [
      ...modelPaths,
      ...seedPaths,
      ...snapshotPaths,
      ...analysisPaths,
      ...macroPaths,
      ...testPaths,
    ]),
    packagesPath: asText(rendered('packages-install-path')) ?? 'dbt_packages',
    // Variables are templates of what uses them, as hooks are.
    vars: asRecord(raw.vars) ?? {},
    quoting: record('quoting'),
    models: record('models'),
    seeds: record('seeds'),
    snapshots: record('snapshots'),
    tests: asRecord(rendered('data_tests') ?? rendered('tests')) ?? {},
    unitTests: asRecord(rendered('unit_tests') ?? rendered('unit-tests')) ?? {},
    sources: record('sources'),
    exposures: record('exposures'),
    metrics: record('metrics'),
    semanticModels: record('semantic-models'),
    savedQueries: record('saved-queries'),
    restrictAccess: rendered('restrict-access') === true,
    // Hooks are templates of a run, not of this file, and stay as they are.
    onRunStart: asTexts(raw['on-run-start']),
    onRunEnd: asTexts(raw['on-run-end']),
    dispatch: readDispatch(rendered('dispatch')),
    queryComment: raw['query-comment'] ?? null,
    flags: record('flags'),
    requiredVersion: rendered('require-dbt-version') ?? null,
    written: raw,
  };
}

/** dbt takes no key that it does not know. */
function reportUnknownKeys(raw: DataRecord, yaml: YamlFile, problems: Problems): void {
  for (const { key, meant } of unknownProjectKeys(raw)) {
    problems.add({
      file: yaml.file,
      line: yaml.lineOf([key]),
      message: `\`${key}\` is nothing that a dbt_project.yml may hold.`,
      ...(meant === undefined ? {} : { hint: `Did you mean \`${meant}\`?` }),
    });
  }
}

function readDispatch(value: Data | undefined): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, readonly string[]>();
  for (const item of asList(value)) {
    const record = asRecord(item);
    const namespace = asText(record?.macro_namespace);
    if (namespace !== undefined) result.set(namespace, asTexts(record?.search_order));
  }
  return result;
}
