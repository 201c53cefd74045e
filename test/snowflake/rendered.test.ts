import { describe, expect, test } from 'vitest';
import { daily, full } from '../../lib/config/index.ts';
import {
  defaultMigrationsDirectory,
  ledgerFile,
  readMigrations,
  readTemplate,
} from '../../lib/snowflake/migration-files.ts';
import { splitStatements } from '../../lib/snowflake/statements.ts';
import { templateContext } from '../../lib/snowflake/template-values.ts';
import { renderTemplate } from '../../lib/snowflake/templates.ts';
import { contract, fiveTables, oneTable, project, salesContract } from './samples.ts';

const files = readMigrations(defaultMigrationsDirectory());

function rendered(sample: typeof oneTable): ReadonlyMap<string, readonly string[]> {
  const context = templateContext(sample.project, sample.contracts, { bucket: 'staging' });
  return new Map(
    files.map(({ name, parts }) => [
      name,
      parts.flatMap((part) => splitStatements(renderTemplate(part, context))),
    ]),
  );
}

describe('snowflake/', () => {
  test('is run in order: once, when it changes, every time', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'V001__schemas_and_formats.sql',
      'V002__load_ledger.sql',
      'V003__deletes.sql',
      'R__10_stage.sql',
      'R__20_tables.sql',
      'R__30_pipe.sql',
      'R__40_tasks',
      'A__grants.sql',
    ]);
    expect(readTemplate(defaultMigrationsDirectory(), ledgerFile).text).toContain(
      'CREATE TABLE IF NOT EXISTS {{ ops }}.MIGRATIONS',
    );
  });

  test.each([
    ['one table', oneTable, 1],
    ['five tables', fiveTables, 5],
  ] as const)('renders for %s', (_, sample, tables) => {
    const statements = rendered(sample);
    const tasks = statements.get('R__40_tasks') ?? [];
    const heads = tasks.map((sql) => sql.split(/\s+/, sql.startsWith('CREATE') ? 4 : 2).join(' '));
    expect(heads).toEqual([
      'ALTER TASK',
      ...Array.from({ length: tables + 2 }, () => 'CREATE OR REPLACE TASK'),
      ...Array.from({ length: tables + 2 }, () => 'ALTER TASK'),
    ]);
    expect(tasks.at(-1)).toBe('ALTER TASK "SHOP"."OPS".IMPORT RESUME');
    expect(statements.get('R__20_tables.sql')).toHaveLength(3 * tables + 3);
    expect([...statements.values()].flat().join('\n')).not.toMatch(/\{\{|-- (for each|if|end) /);
  });

  test('every statement can be run again', () => {
    const repeatable =
      /^(CREATE (TRANSIENT )?\w+( \w+)? IF NOT EXISTS|CREATE OR REPLACE|ALTER|GRANT|BEGIN TRANSACTION|COMMIT|DELETE|INSERT)/;
    const others = [...rendered(fiveTables).values()].flat().filter((sql) => !repeatable.test(sql));
    expect(others).toEqual([]);
  });

  test('nothing that Snowflake cannot take back is replaced', () => {
    const text = [...rendered(fiveTables).values()].flat().join('\n');
    expect(text).not.toMatch(/REPLACE (STORAGE INTEGRATION|STAGE|TABLE|STREAM|DATABASE|SCHEMA|FILE FORMAT)/);
    expect(text).not.toMatch(/\bDROP\b/);
  });

  test('a table without a contract is named', () => {
    expect(() => templateContext(oneTable.project, [], { bucket: 'b' })).toThrow(
      expect.objectContaining({
        code: 'CONTRACT_MISSING',
        message: expect.stringContaining('tables.ecommerce_sales'),
      }),
    );
  });

  test('a column that is called like one of ours is refused', () => {
    const sample = project({ films: full() });
    expect(() => templateContext(sample, [contract('films', { _file: 'VARCHAR' })], { bucket: 'b' })).toThrow(
      expect.objectContaining({
        code: 'CONTRACT_INVALID',
        message: expect.stringContaining('"_file" becomes _FILE'),
      }),
    );
  });

  test('more tables than a graph holds are refused', () => {
    const names = Array.from({ length: 101 }, (_, index) => `t${index}`);
    const sample = project(Object.fromEntries(names.map((name) => [name, daily({ column: 'day' })])));
    expect(() => templateContext(sample, [salesContract], { bucket: 'b' })).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_TABLES' }),
    );
  });
});
