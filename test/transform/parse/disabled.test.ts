import { expect, test } from 'vitest';
import { messagesOf, parsed, problemsOf } from '../support/parsing.ts';

const files = {
  'models/a.sql': 'select 1 as id',
  'models/off.sql': '{{ config(enabled=false) }} select 1 as id',
  'models/s.yml': `models:
  - name: a
    columns:
      - name: id
        data_tests:
          - unique
          - relationships: {arguments: {to: "ref('off')", field: id}}
sources: [{name: raw, config: {enabled: false}, tables: [{name: t}]}]`,
  'tests/of_model.sql': "select * from {{ ref('off') }}",
  'tests/of_source.sql': "select * from {{ source('raw', 't') }}",
};

test('a test that reads something disabled is disabled itself, and the others are not', () => {
  const project = parsed(files);
  expect([...project.nodes.keys()].map((id) => id.split('.')[2])).toEqual(['a', 'unique_a_id']);
  expect(project.disabled.map(({ name }) => name).sort()).toEqual([
    'of_model',
    'of_source',
    'off',
    'relationships_a_id__id__ref_off_',
    't',
  ]);
  expect(messagesOf(files).sort()).toEqual([
    'models/s.yml: test relationships_a_id__id__ref_off_ reads "off", which is disabled, and so is the test.',
    'tests/of_model.sql: test of_model reads "off", which is disabled, and so is the test.',
    'tests/of_source.sql: test of_source reads "raw.t", which is disabled, and so is the test.',
  ]);
});

test('a model that reads something disabled is a problem, and so is a test of what is not there', () => {
  expect(
    problemsOf({
      ...files,
      'models/b.sql': "select * from {{ ref('off') }}",
      'tests/of_nothing.sql': "select * from {{ ref('nothing') }}",
    }),
  ).toEqual([
    'models/b.sql:1 | model b reads "off", which is disabled. | ',
    'tests/of_nothing.sql:1 | test of_nothing reads "nothing", and there is no such model, seed or snapshot. | ',
  ]);
});
