import { expect, test } from 'vitest';
import { build } from '../../../lib/transform/index.ts';
import { dbtProject } from '../support/projects.ts';
import { shopWarehouse } from '../support/warehouse.ts';

const shop = await shopWarehouse();

test('results of on-run-end are objects, with configs that are none where a node has none', async () => {
  const said: string[] = [];
  const directory = dbtProject({
    'dbt_project.yml': `name: p
on-run-end:
  - "{% for r in results | sort(attribute='unique_id') %}{% do log(r.node.name ~ ' ' ~ r.status ~ ' ' ~ r.node.config.full_refresh ~ ' ' ~ r.node.config.get('nothing', 'x') ~ ' ' ~ r.to_dict().node.config.materialized ~ ' ' ~ r['node']['resource_type'], info=true) %}{% endfor %}"
`,
    'models/m.sql': 'select 1 as id',
    'models/schema.yml': 'models: [{name: m, columns: [{name: id, tests: [unique]}]}]',
  });
  const report = await build(shop.options(directory, { onMessage: (message) => said.push(message) }));
  expect(report.problems).toEqual([]);
  expect(said).toEqual(['m success None x view model', 'unique_m_id pass None x test test']);
});

test.each([
  ["{{ exceptions.raise_compiler_error('stop here') }}", 'stop here', 'usage'],
  ['select * from nowhere.at_all.t', 'does not exist', 'usage'],
])('a hook that fails is named: %s', async (hook, message, kind) => {
  const directory = dbtProject({
    'dbt_project.yml': `name: p\non-run-start:\n  - ${JSON.stringify(hook)}\n`,
    'models/m.sql': 'select 1 as id',
  });
  const failure: unknown = await build(shop.options(directory)).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'HOOK_FAILED', kind });
  expect(String(failure)).toContain('on-run-start of p failed: ');
  expect(String(failure)).toContain(message);
  expect(String(failure)).toContain(`the hook: ${hook}`);
});
