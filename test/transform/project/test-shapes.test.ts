import { expect, test } from 'vitest';
import { readTestRequest } from '../../../lib/transform/project/test-shapes.ts';

const request = {
  namespace: null,
  test: 'unique',
  customName: null,
  description: '',
  arguments: {},
  config: {},
};

test.each([
  ['a name', 'unique', request],
  [
    'a name of a package',
    'dbt_utils.at_least_one',
    { ...request, namespace: 'dbt_utils', test: 'at_least_one' },
  ],
  ['a name with nothing below', { unique: null }, request],
  [
    'arguments beside configs',
    { accepted_values: { values: ['a'], severity: 'warn', where: 'x > 1' } },
    {
      ...request,
      test: 'accepted_values',
      arguments: { values: ['a'] },
      config: { severity: 'warn', where: 'x > 1' },
    },
  ],
  [
    'configs under `arguments`, which count as much as those beside it, and more',
    {
      accepted_values: {
        where: 'x > 1',
        config: { tags: ['beside'] },
        arguments: {
          values: [1],
          severity: 'warn',
          name: 'mine',
          config: { error_if: '>3', where: 'x > 2' },
        },
      },
    },
    {
      ...request,
      test: 'accepted_values',
      customName: 'mine',
      arguments: { values: [1] },
      config: { severity: 'warn', where: 'x > 2', error_if: '>3' },
    },
  ],
  [
    'arguments and configs under keys of their own',
    {
      relationships: {
        name: 'mine',
        arguments: { to: "ref('x')", field: 'id' },
        config: { error_if: '>10' },
      },
    },
    {
      ...request,
      test: 'relationships',
      customName: 'mine',
      arguments: { to: "ref('x')", field: 'id' },
      config: { error_if: '>10' },
    },
  ],
  [
    'test_name beside a name',
    { name: 'only_these', test_name: 'accepted_values', values: [1, 2], description: 'why' },
    {
      ...request,
      test: 'accepted_values',
      customName: 'only_these',
      description: 'why',
      arguments: { values: [1, 2] },
    },
  ],
])('%s', (_, entry, expected) => {
  expect(readTestRequest(entry)).toEqual(expected);
});

test('what is no test is said so', () => {
  expect(readTestRequest({ unique: {}, not_null: {} })).toContain('unique, not_null');
  expect(readTestRequest({ unique: 'x' })).toContain('not a record');
  expect(readTestRequest(3)).toContain('a test is');
});
