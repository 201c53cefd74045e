import { expect, test } from 'vitest';
import { parsed } from '../support/parsing.ts';

test('config of a generic test holds templates, and its arguments keep theirs', () => {
  const project = parsed({
    'models/m.sql': 'select 1 as id',
    'models/schema.yml': `models:
  - name: m
    columns:
      - name: id
        data_tests:
          - not_null:
              config:
                enabled: "{{ target.type == 'snowflake' }}"
                severity: "{{ 'warn' if target.name == 'dev' else 'error' }}"
                where: "id > {{ var('least', 3) }}"
          - unique: {config: {enabled: "{{ target.type != 'snowflake' }}"}}
          - relationships: {to: ref('m'), field: "{{ var('key', 'id') }}"}
`,
  });
  const tests = [...project.nodes.values()].filter(({ resourceType }) => resourceType === 'test');
  expect(tests.map(({ name }) => name.split('_m_')[0])).toEqual(['not_null', 'relationships']);
  expect(tests[0]?.config).toMatchObject({ enabled: true, severity: 'warn', where: 'id > 3' });
  expect(tests[1]?.resourceType === 'test' && tests[1].test?.arguments.field).toBe("{{ var('key', 'id') }}");
});
