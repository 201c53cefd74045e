import { expect, test } from 'vitest';
import { list } from '../../../lib/transform/index.ts';
import { dbtProject, shop } from '../support/projects.ts';

const directory = dbtProject({
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "select * from {{ ref('a') }}",
  'models/m_v1.sql': "select * from {{ ref('b') }}",
  'models/m_v2.sql': "select * from {{ ref('a') }}",
  'models/m_v3.sql': "select * from {{ ref('a') }}",
  'models/s.yml': `
groups: [{name: g, owner: {name: G}}]
models:
  - {name: m, latest_version: 2, access: public, group: g, versions: [{v: 1}, {v: 2}, {v: 3}]}
exposures:
  - {name: board, type: dashboard, owner: {name: A}, tags: [bi], depends_on: [ref('b')]}
  - {name: weekly, type: analysis, owner: {name: A}, depends_on: ["ref('m', v=2)"]}
`,
});

function selected(...select: string[]): string[] {
  return list({ directory, project: shop, select })
    .nodes.map(({ selector }) => selector)
    .sort();
}

test.each([
  ['exposure:board', ['exposure:p.board']],
  ['+exposure:board', ['exposure:p.board', 'p.a', 'p.b']],
  ['+exposure:*,resource_type:model', ['p.a', 'p.b', 'p.m.v2']],
  ['tag:bi', ['exposure:p.board']],
  ['b+', ['exposure:p.board', 'p.b', 'p.m.v1']],
  ['resource_type:exposure', ['exposure:p.board', 'exposure:p.weekly']],
  ['version:latest', ['p.m.v2']],
  ['version:old', ['p.m.v1']],
  ['version:prerelease', ['p.m.v3']],
  ['version:none', ['p.a', 'p.b']],
  ['group:g', ['p.m.v1', 'p.m.v2', 'p.m.v3']],
  ['access:public,m.v2', ['p.m.v2']],
])('%s selects what schema files define as well', (criterion, expected) => {
  expect(selected(criterion)).toEqual(expected);
});
