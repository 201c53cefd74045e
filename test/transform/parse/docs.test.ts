import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile, list } from '../../../lib/transform/index.ts';
import { temporaryFolder } from '../../support/index.ts';
import { dbtProject, shop } from '../support/projects.ts';

/** The manifest of a project that asks the warehouse nothing. */
async function manifestOf(files: Readonly<Record<string, string>>) {
  const artifactsDirectory = temporaryFolder();
  const offline = new Error('no warehouse');
  const options = { directory: dbtProject(files), project: shop, artifactsDirectory };
  await compile({ ...options, connect: () => Promise.reject(offline) });
  return JSON.parse(readFileSync(join(artifactsDirectory, 'manifest.json'), 'utf8'));
}

const files = {
  'models/a.sql': 'select 1 as n',
  'models/docs.md': '{% docs about %}\nAll of *it*.\n{% enddocs %}\n{% docs n %}a {{ brace{% enddocs %}',
  'dbt_packages/other/dbt_project.yml': 'name: other',
  'dbt_packages/other/models/o.md': '{% docs n %}theirs{% enddocs %}',
};

test('descriptions include docs blocks, of their own package unless another is named', async () => {
  const manifest = await manifestOf({
    ...files,
    'models/s.yml': `models:
  - name: a
    description: "See: {{ doc('about') }}"
    columns: [{name: n, description: "{{ doc('n') }} / {{ doc('other', 'n') }}"}]`,
  });
  expect(manifest.nodes['model.p.a'].description).toBe('See: All of *it*.');
  expect(manifest.nodes['model.p.a'].columns.n.description).toBe('a {{ brace / theirs');
  expect(manifest.docs['doc.p.about']).toMatchObject({ name: 'about', block_contents: 'All of *it*.' });
});

test('a docs block that is missing is named, with the place', () => {
  const directory = dbtProject({
    ...files,
    'models/s.yml': `models:
  - name: a
    description: "{{ doc('nothing') }}"`,
  });
  expect(() => list({ directory, project: shop })).toThrow(
    'models/s.yml:2: the description of a includes doc("nothing"), and there is no such docs block.',
  );
});
