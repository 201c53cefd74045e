import { readFileSync } from 'node:fs';
import type { Problems } from '../errors.ts';
import { emptyNode } from '../graph/empty-node.ts';
import type { ModelVersion, SqlNode } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import { filesBelow, type ProjectFile } from '../project/files.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { describedVersions, spelledVersion } from '../project/versions.ts';
import { asRecord, asTexts, type Data, type DataRecord } from '../values.ts';
import { FileBody, type NodeBody } from './bodies.ts';
import { type LoadedPackages, shownPath } from './load.ts';
import { PythonBody } from './python-body.ts';

/** A node that was found and not rendered yet: its config, names and dependencies are still to come. */
export interface Draft {
  readonly node: SqlNode;
  readonly body: NodeBody;
  /** `config:` and its older spellings from the schema file. */
  readonly propertiesConfig: DataRecord;
  /** The same as it was written, where its templates are rendered. */
  readonly writtenConfig?: DataRecord;
  readonly defaults: NodeConfig;
  /** Tags that it has besides those of its config: a test those of what it tests. */
  readonly tags?: readonly string[];
  /** The config tree of dbt_project.yml that it takes its configs from. */
  readonly tree: 'models' | 'tests' | 'unitTests' | 'seeds' | 'snapshots';
}

const modelDefaults: NodeConfig = { enabled: true, materialized: 'view', tags: [], meta: {} };

export const testDefaults: NodeConfig = {
  enabled: true,
  materialized: 'test',
  severity: 'ERROR',
  warn_if: '!= 0',
  error_if: '!= 0',
  fail_calc: 'count(*)',
  schema: 'dbt_test__audit',
  tags: [],
  meta: {},
};

/** The models of a package, with what its schema files say of them. */
export function modelDrafts(
  loaded: LoadedPackages,
  config: ProjectFileConfig,
  properties: PackageProperties,
  reading: DescriptionReading,
): Draft[] {
  const files = filesBelow(config.directory, config.modelPaths, ['.sql', '.py']);
  const names = new Set(files.map(({ relative }) => nameOf(relative)));
  const described = descriptionsByFile(properties.models, names, reading);
  return files.map((file) => {
    const { said, version } = described.get(nameOf(file.relative)) ?? {};
    const { propertiesConfig, ...configs } = configsOf(said);
    return fileDraft(file, config.name, shownPath(loaded, config.name, file.file), 'model', {
      ...(said === undefined ? {} : { said }),
      ...(version === undefined ? {} : { version }),
      ...configs,
      // dbt makes a model in Python a table whatever dbt_project.yml says.
      propertiesConfig: isPython(file) ? { materialized: 'table', ...propertiesConfig } : propertiesConfig,
      defaults: modelDefaults,
      tree: 'models',
    });
  });
}

/** How descriptions find their models. */
export interface DescriptionReading {
  readonly problems: Problems;
  readonly warn: (message: string) => void;
  /** What is described by name and was no model of its own package so far. */
  readonly unclaimed: Map<string, Properties>;
}

interface FileDescription {
  readonly said: Properties;
  readonly version?: ModelVersion;
}

/** What the schema files say, by the name of the file that they say it of; a model with versions has several files. */
function descriptionsByFile(
  models: readonly Properties[],
  files: ReadonlySet<string>,
  { problems, warn, unclaimed }: DescriptionReading,
): Map<string, FileDescription> {
  const result = new Map<string, FileDescription>();
  const missed: Properties[] = [];
  for (const [name, said] of propertiesByName(models, 'model', problems)) {
    if (said.versions.length === 0) {
      if (files.has(name)) result.set(name, { said });
      else missed.push(said);
    }
    for (const { version, latest, fileNames, properties } of describedVersions(said, problems)) {
      const found = fileNames.find((fileName) => files.has(fileName) && !result.has(fileName));
      if (found !== undefined) result.set(found, { said: properties, version: { version, latest } });
      else
        warn(
          `${properties.file}:${properties.line}: version ${version} of "${name}" is described, but there is no file ${fileNames[0]}.sql.`,
        );
    }
  }
  for (const fileName of files) {
    const foreign = unclaimed.get(fileName);
    if (foreign === undefined || result.has(fileName)) continue;
    result.set(fileName, { said: foreign });
    unclaimed.delete(fileName);
  }
  for (const said of missed) unclaimed.set(said.name, said);
  return result;
}

/** The singular tests of a package: every file of its test paths but generic tests and fixtures of unit tests. */
export function singularTestDrafts(
  loaded: LoadedPackages,
  config: ProjectFileConfig,
  properties: PackageProperties,
  problems: Problems,
): Draft[] {
  const described = propertiesByName(properties.tests, 'test', problems);
  return filesBelow(config.directory, config.testPaths, ['.sql'])
    .filter(({ relative }) => !relative.startsWith('generic/') && !relative.startsWith('fixtures/'))
    .map((file) => {
      const said = described.get(nameOf(file.relative));
      return fileDraft(file, config.name, shownPath(loaded, config.name, file.file), 'test', {
        ...(said === undefined ? {} : { said }),
        ...configsOf(said),
        defaults: testDefaults,
        tree: 'tests',
      });
    });
}

/** The analyses of a package: SQL that is compiled and never run. */
export function analysisDrafts(
  loaded: LoadedPackages,
  config: ProjectFileConfig,
  properties: PackageProperties,
  problems: Problems,
): Draft[] {
  const described = propertiesByName(properties.analyses, 'analysis', problems);
  return filesBelow(config.directory, config.analysisPaths, ['.sql']).map((file) => {
    const said = described.get(nameOf(file.relative));
    const draft = fileDraft(file, config.name, shownPath(loaded, config.name, file.file), 'analysis', {
      ...(said === undefined ? {} : { said }),
      ...configsOf(said),
      defaults: modelDefaults,
      tree: 'models',
    });
    const [packageName = config.name, ...rest] = draft.node.fqn;
    const node = {
      ...draft.node,
      path: `analysis/${draft.node.path}`,
      fqn: [packageName, 'analysis', ...rest],
    };
    return { ...draft, node };
  });
}

function isPython({ file }: ProjectFile): boolean {
  return file.endsWith('.py');
}

interface FileDraftParts extends Pick<Draft, 'propertiesConfig' | 'writtenConfig' | 'defaults' | 'tree'> {
  readonly said?: Properties;
  readonly version?: ModelVersion;
}

function fileDraft(
  file: ProjectFile,
  packageName: string,
  shown: string,
  resourceType: 'model' | 'test' | 'analysis',
  { said, version, ...rest }: FileDraftParts,
): Draft {
  const source = readFileSync(file.absolute, 'utf8');
  const name = version === undefined || said === undefined ? nameOf(file.relative) : said.name;
  const id = version === undefined ? [name] : [name, spelledVersion(version.version)];
  const folders = file.relative.split('/').slice(0, -1);
  return {
    ...rest,
    body: isPython(file) ? new PythonBody(source, shown) : new FileBody(source, shown),
    node: {
      ...emptyNode(resourceType, name, packageName, source),
      language: isPython(file) ? 'python' : 'sql',
      uniqueId: [resourceType, packageName, ...id].join('.'),
      path: file.relative,
      originalPath: file.file,
      fqn: [packageName, ...folders, ...id],
      ...(version === undefined ? {} : { modelVersion: version }),
      description: said?.description ?? '',
      columns: said?.columns ?? [],
      patch:
        said === undefined
          ? null
          : { file: said.file, line: said.line, path: said.path, packageName: said.packageName },
      properties: said?.raw ?? {},
    },
  };
}

/** `config:` of a schema file, with the configs that may stand beside it. */
export function configOf({ raw, config }: Pick<Properties, 'raw' | 'config'>): DataRecord {
  const beside: Record<string, Data> = {};
  for (const key of ['meta', 'group', 'access', 'docs']) {
    const value = raw[key];
    if (value !== undefined) beside[key] = value;
  }
  const meta = { ...asRecord(raw.meta), ...asRecord(config.meta) };
  const tags = [...asTexts(raw.tags), ...asTexts(config.tags)];
  return {
    ...beside,
    ...config,
    ...(tags.length > 0 ? { tags } : {}),
    ...(Object.keys(meta).length > 0 ? { meta } : {}),
  };
}

/** The configs of a schema file, rendered and as they were written; nothing where it says nothing. */
export function configsOf(said: Properties | undefined): Pick<Draft, 'propertiesConfig' | 'writtenConfig'> {
  if (said === undefined) return { propertiesConfig: {} };
  const { written } = said;
  return {
    propertiesConfig: configOf(said),
    writtenConfig: configOf({ raw: written, config: asRecord(written.config) ?? {} }),
  };
}

export function propertiesByName(
  list: readonly Properties[],
  kind: string,
  problems: Problems,
): Map<string, Properties> {
  const byName = new Map<string, Properties>();
  for (const item of list) {
    const before = byName.get(item.name);
    if (before === undefined) byName.set(item.name, item);
    else {
      problems.add({
        file: item.file,
        line: item.line,
        message: `the ${kind} "${item.name}" is described twice.`,
        hint: `The other place is ${before.file}:${before.line}.`,
      });
    }
  }
  return byName;
}

/** The name of the node that a file is. */
export function nameOf(relative: string): string {
  const last = relative.split('/').at(-1) ?? relative;
  return last.replace(/\.[^.]*$/, '');
}
