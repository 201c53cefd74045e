import type { Random } from '../support/random.ts';

/** Days that sales are made on; runs read all of them. */
export const soakDays = { from: '2024-03-01', to: '2024-03-04' } as const;

/** SQL that changes the source as an application would: new rows, late rows, updates, deletes, more columns. */
export function randomChanges(random: Random): readonly string[] {
  return Array.from({ length: 1 + random.below(4) }, () => random.pick(changes)(random));
}

const newSales = (random: Random): string =>
  `INSERT INTO sales SELECT (SELECT coalesce(max(id), 0) FROM sales) + n, timestamp '${soakDays.from}' + random() * interval '4 days',
     (random() * 100)::numeric(10, 2), md5(n::text) || E'"\\n' FROM generate_series(1, ${random.pick([1, 3, 50, 5_000])}) AS n`;

const changes: readonly ((random: Random) => string)[] = [
  newSales,
  newSales,
  (random) => `UPDATE sales SET amount = amount + 1, note = NULL WHERE id % 7 = ${random.below(7)}`,
  (random) =>
    `UPDATE sales SET sold_at = timestamp '${soakDays.from}' + ${random.below(4)} * interval '1 day' WHERE id % 11 = 3`,
  (random) => `DELETE FROM sales WHERE id > 4 AND id % 13 = ${random.below(13)}`,
  () =>
    `INSERT INTO sales VALUES ((SELECT max(id) + 1 FROM sales), '2023-12-31 12:00', 5, 'of no day that is read')`,
  (random) =>
    `INSERT INTO orders SELECT (SELECT coalesce(max(id), 0) FROM orders) + n, 'new', clock_timestamp() FROM generate_series(1, ${1 + random.below(20)}) AS n`,
  (random) =>
    `UPDATE orders SET state = '${random.pick(['paid', 'done', "re''turned"])}', changed_at = clock_timestamp() WHERE id % 5 = ${random.below(5)}`,
  (random) =>
    `INSERT INTO products VALUES ('p${random.below(1_000_000)}', 'Ünï "quoted", \\ ') ON CONFLICT (code) DO UPDATE SET name = 'again'`,
  (random) => `DELETE FROM products WHERE hashtext(code) % 10 = ${random.below(10)}`,
  (random) =>
    `ALTER TABLE ${random.pick(['sales', 'products', 'orders'])} ADD COLUMN IF NOT EXISTS extra_${random.below(4)} ${random.pick(['text', 'integer', 'numeric(12, 4)'])}`,
];
