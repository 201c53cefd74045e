import { describe, expect, test } from 'vitest';
import { type Entry, highlighted, search, searchIndex } from '../../../../lib/transform/docs/page/search.ts';

function entry(name: string, facts: Partial<Entry> = {}): Entry {
  return {
    kind: 'model',
    name,
    href: `#!/model/${name}`,
    path: `models/${name}.sql`,
    description: '',
    tags: [],
    columns: [],
    code: '',
    ...facts,
  };
}

const index = searchIndex([
  entry('customers', {
    description: 'One row a customer who has ordered.',
    columns: [{ name: 'customer_id', description: 'Key.' }],
  }),
  entry('orders', {
    tags: ['daily'],
    columns: [
      { name: 'id', description: '' },
      { name: 'Paid At', description: 'When the money came.' },
    ],
  }),
  entry('stg_orders', { code: "select * from raw where status = 'lost'" }),
  entry('raw.orders', { kind: 'source', tags: ['daily', 'Finance'] }),
  entry('unique_orders_id', { kind: 'test' }),
]);

function names(query: string): string[] {
  return search(index, query, 10).map((hit) => hit.entry.name);
}

describe('search', () => {
  test('puts the name first that is meant, then what begins with it, then tests', () => {
    expect(names('orders')).toEqual(['orders', 'raw.orders', 'stg_orders', 'unique_orders_id']);
    expect(names('ORD')[0]).toBe('orders');
  });

  test('finds columns, descriptions, tags, paths and SQL, and says where', () => {
    expect(search(index, 'customer_id', 1)).toMatchObject([
      { where: 'column', column: 'customer_id', snippet: 'Key.' },
    ]);
    expect(search(index, 'money', 1)).toMatchObject([{ where: 'column', column: 'Paid At' }]);
    expect(search(index, 'finance', 1)).toMatchObject([{ where: 'tag', snippet: 'Finance' }]);
    expect(search(index, 'who has', 1)).toMatchObject([{ where: 'description' }]);
    expect(search(index, 'lost', 1)).toMatchObject([
      { where: 'sql', snippet: "select * from raw where status = 'lost'" },
    ]);
  });

  test('wants all words, wherever they are', () => {
    expect(names('orders daily')).toEqual(['orders', 'raw.orders']);
    expect(names('orders nothing')).toEqual([]);
  });

  test('looks into one field where one is named', () => {
    expect(names('kind:source daily')).toEqual(['raw.orders']);
    expect(names('tag:daily')).toEqual(['orders', 'raw.orders']);
    expect(names('column:id')).toEqual(['orders', 'customers']);
    expect(names('sql:orders')).toEqual([]);
    expect(names('name:customer')).toEqual(['customers']);
  });

  test('understands letters left out of a name', () => {
    expect(names('stgord')).toEqual(['stg_orders']);
    expect(names('zzz')).toEqual([]);
    expect(names('   ')).toEqual([]);
  });

  test('marks what was found, whatever signs it has', () => {
    expect(highlighted('stg_orders', 'ORD stg')).toEqual(['', 'stg', '_', 'ord', 'ers']);
    expect(highlighted('a.b(c)', 'b(')).toEqual(['a.', 'b(', 'c)']);
    expect(highlighted('abc', '')).toEqual(['abc']);
  });
});
