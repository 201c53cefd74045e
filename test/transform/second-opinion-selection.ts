// A second opinion on selection: dbt itself lists what some hundred selections of a project choose, by every method and operator,
// in every mode of indirect selection; ours have to be the same. And what dbt's manifest says of the project has to be no change
// to us. Needs the `python` of a dbt on the PATH (second-opinion-dbt.txt). Run: node test/transform/second-opinion-selection.ts
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { list } from '../../lib/transform/index.ts';
import type { IndirectSelection } from '../../lib/transform/select/spec.ts';
import { shop } from './support/projects.ts';

interface Case {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly selector?: string;
  readonly indirect?: IndirectSelection;
}

const names = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'v',
  'v.v1',
  'v_v2',
  'p.marts.d',
  'marts',
  'marts.*',
  '*.deep.*',
];
const others = ['snap', 'fruit', 'ut_a', 'board', 'both', 'unique_a_id', 'a.sql', 'fruit.csv'];
const methods = [
  ...[
    'tag:nightly',
    'tag:n*',
    'source:raw',
    'source:raw.sales',
    'source:p.raw.*',
    'exposure:board',
    'exposure:*',
  ],
  ...[
    'path:models/staging',
    'models/staging/a.sql',
    'path:models/*',
    'path:models/**/e.sql',
    'path:models/schema.yml',
  ],
  ...[
    'file:a',
    'file:schema.yml',
    'package:this',
    'package:q*',
    'group:finance',
    'group:fin*',
    'access:public',
  ],
  ...[
    'config.materialized:table',
    'config.materialized:seed',
    'config.meta.owner:anna',
    'config.unique_key:id',
  ],
  ...['config.severity:WARN', 'config.enabled:true', 'config.tags:nightly', 'config.on_schema_change:ignore'],
  ...[
    'test_type:generic',
    'test_type:singular',
    'test_type:unit',
    'test_type:data',
    'test_name:not*',
    'test_name:ut_a',
  ],
  ...['resource_type:model', 'resource_type:test', 'resource_type:unit_test', 'resource_type:exposure'],
  ...['version:latest', 'version:old', 'version:prerelease', 'version:none', 'unit_test:ut_a', 'metric:*'],
];
const modes: readonly IndirectSelection[] = ['eager', 'cautious', 'buildable', 'empty'];
const selectors = [
  'plain',
  'pair',
  'full',
  'at',
  'cautious',
  'cautious_union',
  'buildable',
  'none',
  'unions',
].concat(['inherits', 'root_exclude']);

const depth = fc.constantFrom('', '1', '2');
const criteria = fc
  .tuple(
    fc.constantFrom(...names, ...others, ...methods),
    fc.constantFrom('', '@', '+', '1+', '2+'),
    fc.option(depth),
  )
  .map(([name, before, after]) => `${before}${name}${after === null || before === '@' ? '' : `+${after}`}`);
const groups = fc.array(criteria, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(','));
const combined: fc.Arbitrary<Case> = fc.record({
  select: fc.array(groups, { minLength: 1, maxLength: 3 }),
  exclude: fc.array(groups, { maxLength: 2 }),
  indirect: fc.constantFrom(...modes),
});

const cases: readonly Case[] = [
  ...[...names, ...others, ...methods].map((name) => ({ select: [name] })),
  ...selectors.flatMap((selector) => modes.map((indirect) => ({ selector, indirect }))),
  ...modes.flatMap((indirect) => [
    { exclude: ['a'], indirect },
    { exclude: ['tag:nightly', 'd+'], indirect },
  ]),
  ...fc.sample(combined, { numRuns: 250, seed: 42 }),
];

function asDbtHasIt({ select, exclude, selector, indirect }: Case): Record<string, readonly string[]> {
  return {
    ...(select === undefined || select.length === 0 ? {} : { select }),
    ...(exclude === undefined || exclude.length === 0 ? {} : { exclude }),
    ...(selector === undefined ? {} : { selector: [selector] }),
    ...(indirect === undefined ? {} : { 'indirect-selection': [indirect] }),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-selection-'));
const directory = join(folder, 'project');
const target = join(folder, 'target');
try {
  cpSync(join(import.meta.dirname, 'fixtures/selection'), directory, { recursive: true });
  const dbt = spawnSync('python', [join(import.meta.dirname, 'dbt-selects.py'), directory, target], {
    input: JSON.stringify(cases.map(asDbtHasIt)),
    encoding: 'utf8',
    env: { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' },
    maxBuffer: 64 * 2 ** 20,
    timeout: 600_000,
  });
  if (dbt.status !== 0) throw new Error(`dbt ended with ${dbt.status}: ${dbt.stderr}`);
  const theirs: readonly (readonly string[])[] = JSON.parse(dbt.stdout);
  const ids = (flags: Parameters<typeof list>[0]): string[] =>
    list(flags)
      .nodes.map(({ uniqueId }) => uniqueId)
      .sort();
  const base = { directory, project: shop, env: {} };
  let differing = 0;
  for (const [index, { indirect, ...flags }] of cases.entries()) {
    const ours = ids({
      ...base,
      ...flags,
      ...(indirect === undefined ? {} : { indirectSelection: indirect }),
    });
    if (isDeepStrictEqual(ours, theirs[index])) continue;
    differing++;
    process.stderr.write(
      `${JSON.stringify(cases[index])}\n  ours ${ours.join(' ')}\n  dbt  ${theirs[index]?.join(' ')}\n`,
    );
  }
  const changed = ids({ ...base, select: ['state:modified', 'state:new'], state: target });
  if (changed.length > 0) process.stderr.write(`changed since dbt read it: ${changed.join(' ')}\n`);
  process.stdout.write(
    `${cases.length} selections, ${differing} differ from dbt's; ${changed.length} nodes differ from its manifest\n`,
  );
  process.exitCode = differing + changed.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
