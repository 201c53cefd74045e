import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeContext } from '../context/node-context.ts';
import type { Problems } from '../errors.ts';
import { emptyNode } from '../graph/empty-node.ts';
import type { UnitTestInfo, UnitTestRows } from '../graph/node.ts';
import type { ProjectFileConfig } from '../project/config-file.ts';
import type { NodeConfig } from '../project/config-tree.ts';
import type { PackageProperties, Properties } from '../project/properties.ts';
import { asList, asRecord, asText, type Data, type DataRecord } from '../values.ts';
import type { NodeBody, Site } from './bodies.ts';
import { configOf, type Draft } from './drafts.ts';

const unitTestDefaults: NodeConfig = { enabled: true, materialized: 'unit', tags: [], meta: {} };

/** A unit test has no SQL of its own: it is that of its model, over rows that the test gives. */
class UnitTestBody implements NodeBody {
  readonly file: string;
  readonly line: number;
  readonly #model: string;

  constructor(place: { readonly file: string; readonly line: number }, model: string) {
    this.file = place.file;
    this.line = place.line;
    this.#model = model;
  }

  renderAtOnce(context: NodeContext): string {
    context.ref({ packageName: null, name: this.#model, version: null });
    return '';
  }

  render(): Promise<string> {
    return Promise.resolve('');
  }

  siteOf(): Site {
    return { file: this.file, line: this.line };
  }
}

/** The unit tests that the schema files of a package describe. */
export function unitTestDrafts(
  config: ProjectFileConfig,
  properties: PackageProperties,
  problems: Problems,
): Draft[] {
  return properties.unitTests.flatMap((item) => {
    const unitTest = readUnitTest(item, config, problems);
    if (unitTest === undefined) return [];
    const { file, line, name, description, packageName } = item;
    const checksum = createHash('sha256').update(JSON.stringify(unitTest)).digest('hex');
    return [
      {
        body: new UnitTestBody({ file, line }, unitTest.model),
        propertiesConfig: configOf(item),
        defaults: unitTestDefaults,
        tree: 'unitTests',
        node: {
          ...emptyNode('unit_test', name, packageName, ''),
          checksum,
          uniqueId: `unit_test.${packageName}.${unitTest.model}.${name}`,
          path: file.split('/').slice(1).join('/'),
          originalPath: file,
          fqn: [packageName, ...file.split('/').slice(1, -1), unitTest.model, name],
          description,
          patch: { file, line },
          unitTest,
        },
      },
    ];
  });
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
    const rows = read(asRecord(entry), input);
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
  return {
    model,
    given,
    expected: rows,
    overrides: {
      macros: asRecord(overrides.macros) ?? {},
      vars: asRecord(overrides.vars) ?? {},
      envVars: asRecord(overrides.env_vars) ?? {},
    },
  };
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
  const text = textOf(record.rows, asText(record.fixture), format, config);
  return text === undefined
    ? `there are no \`rows\`, and no fixture ${String(record.fixture)}.${format}`
    : { format, text };
}

function textOf(
  rows: Data | undefined,
  fixture: string | undefined,
  format: string,
  config: ProjectFileConfig,
): string | undefined {
  if (typeof rows === 'string') return rows;
  const files = config.testPaths.map((path) =>
    join(config.directory, path, 'fixtures', `${fixture}.${format}`),
  );
  const found = files.find((file) => existsSync(file));
  return found === undefined ? undefined : readFileSync(found, 'utf8');
}
