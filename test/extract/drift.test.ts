import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Contract, ContractColumn } from '../../lib/config/index.ts';
import { type ColumnChange, compareContract, readContract } from '../../lib/extract/index.ts';
import { full, openWorkbench, projectOf, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench();
});
afterAll(() => workbench.close());

function column(name: string, sourceType: string, targetType: string, nullable = true): ContractColumn {
  return { name, target: name.toUpperCase(), sourceType, targetType, nullable };
}

function contract(...columns: ContractColumn[]): Contract {
  return { version: 1, table: 't', columns };
}

const id = column('id', 'integer', 'NUMBER(10,0)', false);

test.each<[string, ContractColumn, ContractColumn, Omit<ColumnChange, 'column'> | undefined, string]>([
  ['nothing', id, id, undefined, 'NUMBER(10,0)'],
  [
    'integer to bigint',
    column('a', 'integer', 'NUMBER(10,0)'),
    column('a', 'bigint', 'NUMBER(19,0)'),
    { change: 'type', from: 'integer', to: 'bigint', accepted: true },
    'NUMBER(19,0)',
  ],
  [
    'bigint to integer',
    column('a', 'bigint', 'NUMBER(19,0)'),
    column('a', 'integer', 'NUMBER(10,0)'),
    { change: 'narrowed', from: 'bigint', to: 'integer', accepted: false },
    'NUMBER(19,0)',
  ],
  [
    'more decimals',
    column('a', 'numeric(10,2)', 'NUMBER(10,2)'),
    column('a', 'numeric(12,4)', 'NUMBER(12,4)'),
    { change: 'narrowed', from: 'numeric(10,2)', to: 'numeric(12,4)', accepted: false },
    'NUMBER(10,2)',
  ],
  [
    'a longer text',
    column('a', 'character varying(5)', 'VARCHAR'),
    column('a', 'text', 'VARCHAR'),
    { change: 'type', from: 'character varying(5)', to: 'text', accepted: true },
    'VARCHAR',
  ],
  [
    'a number where text was, which holds it',
    column('a', 'text', 'VARCHAR'),
    column('a', 'integer', 'NUMBER(10,0)'),
    { change: 'type', from: 'text', to: 'integer', accepted: true },
    'VARCHAR',
  ],
  [
    'text where a number was',
    column('a', 'integer', 'NUMBER(10,0)'),
    column('a', 'text', 'VARCHAR'),
    { change: 'narrowed', from: 'integer', to: 'text', accepted: false },
    'NUMBER(10,0)',
  ],
  [
    'null',
    column('a', 'integer', 'NUMBER(10,0)', false),
    column('a', 'integer', 'NUMBER(10,0)'),
    { change: 'nullable', from: 'NOT NULL', to: 'NULL', accepted: true },
    'NUMBER(10,0)',
  ],
  [
    'a target type that a person chose',
    column('a', 'numeric', 'NUMBER(38,2)'),
    column('a', 'numeric', 'NUMBER(38,9)'),
    undefined,
    'NUMBER(38,2)',
  ],
])('%s', (_name, before, now, change, target) => {
  const drift = compareContract(contract(before), contract(now));
  expect(drift.changes).toEqual(change === undefined ? [] : [{ column: before.name, ...change }]);
  expect(drift.contract.columns[0]?.targetType).toBe(target);
});

test('columns that were added come last, and one that was dropped stays recorded', () => {
  const before = contract(id, column('gone', 'text', 'VARCHAR'), column('kept', 'text', 'VARCHAR'));
  const now = contract(column('new', 'uuid', 'VARCHAR', false), id, column('kept', 'text', 'VARCHAR'));
  const { changes, contract: evolved } = compareContract(before, now);
  expect(changes).toEqual([
    { column: 'gone', change: 'dropped', from: 'text', to: null, accepted: false },
    { column: 'new', change: 'added', from: null, to: 'uuid', accepted: true },
  ]);
  expect(evolved.columns.map(({ name }) => name)).toEqual(['id', 'gone', 'kept', 'new']);
});

test('a run reads by the contract it began with, and tells what has changed', async () => {
  await workbench.sql(
    'CREATE TABLE growing (a integer NOT NULL, b text); INSERT INTO growing VALUES (1, NULL)',
  );
  const tables = { growing: full() };
  const contracts = await Promise.all(
    projectOf(tables).tables.map((table) => readContract(workbench.source, table)),
  );
  await workbench.sql(
    `ALTER TABLE growing ADD c text DEFAULT 'new', ALTER a TYPE bigint, ALTER a DROP NOT NULL`,
  );
  const told: unknown[] = [];
  const [manifest] = await workbench.extract(tables, {
    contracts,
    onDrift: (table, changes) => told.push([table, changes]),
  });
  expect(await workbench.csv(manifest)).toBe('A,B\n"1",\n');
  expect(told).toEqual([
    [
      'growing',
      [
        { column: 'a', change: 'type', from: 'integer', to: 'bigint', accepted: true },
        { column: 'c', change: 'added', from: null, to: 'text', accepted: true },
      ],
    ],
  ]);
});
