import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { NodeContext } from '../context/node-context.ts';
import type { Problems } from '../errors.ts';
import { emptyNode } from '../graph/empty-node.ts';
import type { RefCall, UnitTestInfo, UnitTestRows, Version } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import { filesBelow } from '../project/files.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { spelledVersion } from '../project/versions.ts';
import { asList, asRecord, asText, type Data, type DataRecord } from '../values.ts';
import type { NodeBody, Site } from './bodies.ts';
import { configOf, type Draft } from './drafts.ts';

const unitTestDefaults: NodeConfig = { enabled: true, materialized: 'unit', tags: [], meta: {} };

/** A unit test has no SQL of its own: it is that of its model, over rows that the test gives. */
class UnitTestBody implements NodeBody {
  readonly file: string;
  readonly line: number;
  readonly #model: RefCall;

  constructor(place: { readonly file: string; readonly line: number }, model: RefCall) {
    this.file = place.file;
    this.line = place.line;
    this.#model = model;
  }

  renderAtOnce(context: NodeContext): string {
    context.ref(this.#model);
    return '';
  }

  render(): Promise<string> {
    return Promise.resolve('');
  }

  siteOf(): Site {
    return { file: this.file, line: this.line };
  }
}

/** The unit tests that the schema files of a package describe; one of a model with versions is one for each of them. */
export function unitTestDrafts(
  config: ProjectFileConfig,
  properties: PackageProperties,
  problems: Problems,
): Draft[] {
  return properties.unitTests.flatMap((item) => {
    const unitTest = readUnitTest(item, config, problems);
    if (unitTest === undefined) return [];
    const described = properties.models.find(({ name }) => name === unitTest.model);
    const versions = described?.versions.map(({ version }) => version) ?? [];
    const chosen = chosenVersions(item, unitTest, versions, problems);
    if (versions.length === 0) return [draft(item, unitTest)];
    return chosen.map((version) => draft(item, { ...unitTest, version }));
  });
}

function draft(item: Properties, unitTest: UnitTestInfo): Draft {
  const { file, line, name, path, description, packageName } = item;
  const { model, version } = unitTest;
  const checksum = createHash('sha256').update(JSON.stringify(unitTest)).digest('hex');
  const suffix = version === undefined ? '' : `_${spelledVersion(version)}`;
  const call: RefCall = { packageName: null, name: model, version: version ?? null };
  return {
    body: new UnitTestBody({ file, line }, call),
    propertiesConfig: configOf(item),
    defaults: unitTestDefaults,
    tree: 'unitTests',
    node: {
      ...emptyNode('unit_test', name, packageName, ''),
      checksum,
      uniqueId: `unit_test.${packageName}.${model}.${name}${suffix}`,
      path: path.split('/').slice(1).join('/'),
      originalPath: path,
      fqn: [packageName, ...path.split('/').slice(1, -1), model, name],
      description,
      patch: { file, line },
      unitTest,
    },
  };
}

/** The versions of its model that a unit test is for: all of them unless it includes or excludes some. */
function chosenVersions(
  { file, line, name }: Properties,
  { model, versions: said }: UnitTestInfo,
  versions: readonly Version[],
  problems: Problems,
): Version[] {
  if (said === undefined) return [...versions];
  const known = new Set(versions.map(String));
  const unknown = [...(said.include ?? []), ...(said.exclude ?? [])].filter(
    (version) => !known.has(String(version)),
  );
  if (unknown.length > 0) {
    problems.add({
      file,
      line,
      message: `the unit test "${name}" names version ${unknown.join(', ')} of "${model}", and there is no such version.`,
      hint: versions.length === 0 ? 'It has no versions.' : `Its versions are ${versions.join(', ')}.`,
    });
  }
  const listed = (list: readonly Version[] | null, version: Version) =>
    list?.some((one) => String(one) === String(version));
  return versions.filter(
    (version) => listed(said.include, version) !== false && listed(said.exclude, version) !== true,
  );
}

function readUnitTest(
  item: Properties,
  config: ProjectFileConfig,
  problems: Problems,
): UnitTestInfo | undefined {
  const problem = (message: string, hint?: string): undefined => {
    const { file, line } = item;
    problems.add({ file, line, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };
  const model = asText(item.raw.model);
  if (model === undefined) return problem(`the unit test "${item.name}" names no \`model\`.`);
  const read = (record: DataRecord | undefined, what: string): UnitTestRows | undefined => {
    const rows = readRows(record ?? {}, config);
    if (typeof rows !== 'string') return rows;
    return problem(`${what} of the unit test "${item.name}": ${rows}.`);
  };
  const given: { input: string; rows: UnitTestRows }[] = [];
  for (const entry of asList(item.raw.given)) {
    const input = asText(asRecord(entry)?.input)?.trim();
    if (input === undefined) {
      return problem(`an entry of \`given\` of the unit test "${item.name}" has no \`input\`.`);
    }
    const record = asRecord(entry);
    // The rows of a seed are known, so an input that is one need not give them.
    if (record?.rows === undefined && record?.fixture === undefined) continue;
    const rows = read(record, input);
    if (rows === undefined) return undefined;
    given.push({ input, rows });
  }
  const expected = asRecord(item.raw.expect);
  if (expected === undefined) {
    return problem(
      `the unit test "${item.name}" has no \`expect\`.`,
      'It holds the `rows` that are expected.',
    );
  }
  const rows = read(expected, '`expect`');
  if (rows === undefined) return undefined;
  const overrides = asRecord(item.raw.overrides) ?? {};
  const versions = asRecord(item.raw.versions);
  return {
    model,
    ...(versions === undefined
      ? {}
      : { versions: { include: versionsOf(versions.include), exclude: versionsOf(versions.exclude) } }),
    given,
    expected: rows,
    overrides: {
      macros: asRecord(overrides.macros) ?? {},
      vars: asRecord(overrides.vars) ?? {},
      envVars: asRecord(overrides.env_vars) ?? {},
    },
  };
}

function versionsOf(value: Data | undefined): Version[] | null {
  if (value === undefined || value === null) return null;
  return asList(value).filter((version) => typeof version === 'number' || typeof version === 'string');
}

/** @returns the reason as text when there are no rows to be read */
function readRows(record: DataRecord, config: ProjectFileConfig): UnitTestRows | string {
  const format = asText(record.format) ?? 'dict';
  if (format === 'dict') {
    const given = asList(record.rows);
    const rows = given.flatMap((row) => {
      const columns = asRecord(row);
      return columns === undefined ? [] : [columns];
    });
    return rows.length === given.length ? { format, rows } : 'a row is not a record of its columns';
  }
  if (format !== 'csv' && format !== 'sql') return `the format "${format}" is none of dict, csv and sql`;
  const fixture = asText(record.fixture);
  const text = textOf(record.rows, fixture, format, config);
  if (text === undefined) return `there are no \`rows\`, and no fixture ${String(record.fixture)}.${format}`;
  return fixture === undefined ? { format, text } : { format, text, fixture };
}

function textOf(
  rows: Data | undefined,
  fixture: string | undefined,
  format: string,
  config: ProjectFileConfig,
): string | undefined {
  if (typeof rows === 'string') return rows;
  const paths = config.testPaths.map((path) => `${path}/fixtures`);
  const wanted = `${fixture}.${format}`;
  const found = filesBelow(config.directory, paths, [`.${format}`]).find(
    ({ relative }) => relative.split('/').at(-1) === wanted,
  );
  return found === undefined ? undefined : readFileSync(found.absolute, 'utf8');
}
