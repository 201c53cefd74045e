import type { SqlNode, UnitTestInfo, UnitTestRows } from '../graph/node.ts';
import { parseCsv } from '../project/csv.ts';
import { configDict } from './config-dict.ts';

/** A unit test as dbt's manifest has it: rows of CSV as records, and without the SQL of its model. */
export function unitTestDict(node: SqlNode, unitTest: UnitTestInfo): Record<string, unknown> {
  const { model, given, expected, overrides, versions, version } = unitTest;
  return {
    model,
    given: given.map(({ input, rows }) => ({ input, ...rowsDict(rows) })),
    expect: rowsDict(expected),
    name: node.name,
    resource_type: 'unit_test',
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalPath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    description: node.description,
    overrides: Object.values(overrides).every((part) => Object.keys(part).length === 0)
      ? null
      : { macros: overrides.macros, vars: overrides.vars, env_vars: overrides.envVars },
    depends_on: { macros: [...node.dependsOnMacros], nodes: [...node.dependsOn] },
    config: configDict(node),
    checksum: node.checksum,
    schema: node.schema,
    versions: versions ?? null,
    version: version ?? null,
  };
}

function rowsDict(rows: UnitTestRows): Record<string, unknown> {
  const fixture = rows.fixture ?? null;
  if (rows.format === 'dict') return { rows: rows.rows, format: rows.format, fixture };
  if (rows.format === 'sql') return { rows: rows.text, format: rows.format, fixture };
  const [names = [], ...records] = parseCsv(rows.text);
  const given = records.map((record) =>
    Object.fromEntries(names.map((name, index) => [name.trim(), record[index] || null])),
  );
  return { rows: given, format: rows.format, fixture };
}
