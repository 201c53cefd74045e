import { resolve } from 'node:path';
import type { Warehouse } from '../../../lib/snowflake/index.ts';

/** A dbt project with every materialization and what its config can ask of it; built in three rounds. */
export const matrixProject = resolve(import.meta.dirname, '../fixtures/materializations');

const at = (day: number, hour = 0) =>
  `'2026-01-0${day} ${String(hour).padStart(2, '0')}:00:00'::timestamp_ntz`;

interface Round {
  /** What happens to the source before the build. */
  readonly statements: readonly string[];
  readonly vars: { readonly round: number; readonly begin: string };
  /** The batches of microbatch models, as days. */
  readonly from: string;
  readonly to: string;
}

/** What the project needs before its first build. */
export const matrixSetup: readonly string[] = [
  'create or replace database SHOP',
  'create schema SHOP.RAW',
  'create warehouse if not exists SHOP_WH',
  'create role if not exists MATRIX_READER',
  'create role if not exists MATRIX_OTHER',
];

export const matrixRounds: readonly Round[] = [
  {
    statements: [
      'create table SHOP.RAW.ITEMS (id int, label varchar, amount number(10,2), changed_at timestamp_ntz)',
      `insert into SHOP.RAW.ITEMS values (1, 'one', 1, ${at(1)}), (2, 'two', 2, ${at(2)}), (3, 'three', 3, ${at(3)}), (4, null, null, ${at(3)})`,
    ],
    vars: { round: 1, begin: '2026-01-01' },
    from: '2026-01-01',
    to: '2026-01-05',
  },
  {
    statements: [
      `update SHOP.RAW.ITEMS set label = 'TWO', amount = 22, changed_at = ${at(4)} where id = 2`,
      `update SHOP.RAW.ITEMS set amount = 44, changed_at = ${at(4)} where id = 4`,
      'delete from SHOP.RAW.ITEMS where id = 1',
      `insert into SHOP.RAW.ITEMS values (5, 'five', 5, ${at(4)})`,
    ],
    vars: { round: 2, begin: '2026-01-01' },
    from: '2026-01-04',
    to: '2026-01-05',
  },
  {
    statements: [
      `insert into SHOP.RAW.ITEMS values (1, 'one again', 11, ${at(4, 1)}), (6, 'six', 6, ${at(4, 1)})`,
      `update SHOP.RAW.ITEMS set label = 'three!', changed_at = ${at(4, 1)} where id = 3`,
      'delete from SHOP.RAW.ITEMS where id = 5',
    ],
    vars: { round: 3, begin: '2026-01-01' },
    from: '2026-01-04',
    to: '2026-01-05',
  },
];

/** Columns that hold the time at which a snapshot without a time of its own ran, and ids made of it. */
const ofTheClock = /^(?:DBT_|SINCE|UNTIL|VERSION|SEEN)/;

type Row = Readonly<Record<string, unknown>>;

/** What readers see of every relation of a schema, line by line: kind, options, columns, comments, grants, rows. */
export async function picturesOf(warehouse: Warehouse, schema: string): Promise<Record<string, string[]>> {
  const rows = async (sql: string): Promise<readonly Row[]> => (await warehouse.execute(sql)).rows;
  const inSchema = `in schema SHOP.${schema}`;
  const named = async (sql: string) => new Map((await rows(sql)).map((row) => [row.name, row]));
  const [tables, views, dynamic] = [
    await named(`show tables ${inSchema}`),
    await named(`show views ${inSchema}`),
    await named(`show dynamic tables ${inSchema}`),
  ];
  const pictures: Record<string, string[]> = {};
  for (const name of [...tables.keys(), ...views.keys()].map(String).toSorted()) {
    const relation = `SHOP.${schema}."${name}"`;
    const [table, view, lag] = [tables.get(name), views.get(name), dynamic.get(name)];
    const columns = await rows(`describe table ${relation}`);
    const shown = columns.map((column) => {
      const quoted = `"${column.name}"`;
      const told = !ofTheClock.test(String(column.name)) || /IS_DELETED$/.test(String(column.name));
      return told ? quoted : `${quoted} is null as ${quoted}`;
    });
    const grants = await rows(`show grants on ${view ? 'view' : 'table'} ${relation}`);
    const values = await rows(`select ${shown.join(', ')} from ${relation}`);
    pictures[name.replace(/^(?:DEV|PROD)_/, '')] = [
      view ? `VIEW secure ${view.is_secure}` : `${table?.kind} cluster by ${table?.cluster_by || 'nothing'}`,
      `comment ${(table ?? view)?.comment}`,
      ...(lag ? [`lag ${lag.target_lag}, warehouse ${lag.warehouse}, refreshed ${lag.refresh_mode}`] : []),
      ...columns.map(
        (column) => `${column.name} ${column.type} null ${column['null?']} ${column.comment || ''}`,
      ),
      ...grants.map((grant) => `${grant.privilege} to ${grant.grantee_name}`).toSorted(),
      ...values.map((row) => JSON.stringify(Object.values(row))).toSorted(),
    ];
  }
  return pictures;
}
