import {
  type Contract,
  daily,
  full,
  incremental,
  type Project,
  parseProject,
} from '../../lib/config/index.ts';

/** A contract from `name: target type` pairs; the source's types do not matter to Snowflake's side. */
export function contract(table: string, columns: Readonly<Record<string, string>>): Contract {
  return {
    version: 1,
    table,
    columns: Object.entries(columns).map(([name, targetType]) => ({
      name,
      target: /^[a-z_]+$/.test(name) ? name.toUpperCase() : name,
      sourceType: 'text',
      targetType,
      nullable: true,
    })),
  };
}

export const salesContract = contract('ecommerce_sales', {
  invoiceno: 'VARCHAR',
  stockcode: 'VARCHAR',
  description: 'VARCHAR',
  quantity: 'NUMBER(10,0)',
  invoicedate: 'TIMESTAMP_NTZ(6)',
  unitprice: 'NUMBER(10,3)',
  customerid: 'NUMBER(10,0)',
  country: 'VARCHAR',
});

/** One column of every type, and names that need quotes. */
export const everyTypeContract = contract('every_type', {
  id: 'NUMBER(38,0)',
  price: 'NUMBER(38,9)',
  share: 'NUMBER(3,3)',
  ratio: 'FLOAT',
  active: 'BOOLEAN',
  born: 'DATE',
  at_time: 'TIME(6)',
  seen: 'TIMESTAMP_NTZ(6)',
  changed_at: 'TIMESTAMP_TZ(6)',
  digest: 'BINARY',
  short: 'VARCHAR(5)',
  document: 'VARIANT',
  'Straße "x", it\'s': 'VARCHAR',
  select: 'NUMBER(5,2)',
});

export const oneTable = {
  project: project({ ecommerce_sales: daily({ column: 'invoicedate', timezone: 'Europe/London' }) }),
  contracts: [salesContract],
};

export const fiveTables = {
  project: project({
    ecommerce_sales: daily({ column: 'invoicedate', timezone: 'Europe/London' }),
    films: full(),
    notes: full({ onReject: 'apply' }),
    every_type: incremental({ cursor: 'changed_at', key: ['id', 'short'] }),
    changes: daily({ column: 'at', onReject: 'apply' }),
  }),
  contracts: [
    salesContract,
    contract('films', { film_id: 'NUMBER(10,0)', title: 'VARCHAR', price: 'NUMBER(38,9)' }),
    contract('notes', { note: 'VARCHAR' }),
    everyTypeContract,
    contract('changes', { at: 'TIMESTAMP_TZ(6)', what: 'VARIANT' }),
  ],
};

export function project(tables: Parameters<typeof parseTables>[0], prefix = ''): Project {
  return parseTables(tables, prefix);
}

function parseTables(tables: Readonly<Record<string, ReturnType<typeof full>>>, prefix: string): Project {
  return parseProject(
    { name: 'shop', tables, staging: { prefix } },
    { directory: '/nowhere', file: 'sluice.config.ts' },
  );
}
