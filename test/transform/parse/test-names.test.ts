import { expect, test } from 'vitest';
import { testHash, testNames } from '../../../lib/transform/parse/test-names.ts';

test('a short name is made of the test, what it tests and its arguments in order', () => {
  expect(testNames('unique', 'films', { column_name: 'film_id' })).toEqual({
    full: 'unique_films_film_id',
    short: 'unique_films_film_id',
  });
  expect(
    testNames('accepted_values', 'f', { values: ['G', 'PG-13'], column_name: 'r', quote: false }).full,
  ).toBe('accepted_values_f_r__False__G__PG_13');
  expect(testNames('relationships', 'a', { to: "ref('b')", field: 'id', column_name: 'b_id' }).full).toBe(
    'relationships_a_b_id__id__ref_b_',
  );
});

test('a long name is cut and told apart by a digest', () => {
  const { full, short } = testNames('accepted_values', 'customers', {
    column_name: 'status',
    values: ['one', 'two', 'three', 'four', 'five', 'six', 'seven'],
  });
  expect(full).toHaveLength(73);
  expect(short).toMatch(/^accepted_values_customers_[0-9a-f]{32}$|^.{30}_[0-9a-f]{32}$/);
  expect(short.length).toBeLessThan(64);
});

test('the hash is the one that dbt makes', () => {
  const kwargs = { column_name: 'film_id', model: "{{ get_where_subquery(ref('stg_films')) }}" };
  expect(testHash('unique_stg_films_film_id', { namespace: null, name: 'unique', kwargs })).toBe(
    '7c563ff865',
  );
});
