import { expect, test } from 'vitest';
import { compile } from '../../../lib/transform/index.ts';
import { dbtProject } from '../support/projects.ts';
import { shopWarehouse } from '../support/warehouse.ts';

const shop = await shopWarehouse();

// Each leads to an object of JavaScript wherever a name is looked up without asking whose it is.
const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
const places = [
  'target',
  'config',
  'config.get',
  'config.meta_get',
  'model',
  'graph.nodes',
  'flags',
  'this',
  'modules',
];
const lookUps = [
  ...places.flatMap((place) =>
    names.map((name) =>
      /\.\w*get$/.test(place) ? `${place}('${name}', 'none')` : `${place}['${name}'] | default('none')`,
    ),
  ),
  ...names.map((name) => `env_var('${name}', 'none')`),
  ...names.map((name) => `var('${name}', 'none')`),
  ...names.map((name) => `context.get('${name}', 'none')`),
];

test('templates reach nothing that belongs to JavaScript', async () => {
  const directory = dbtProject({
    'models/m.sql': lookUps.map((lookUp) => `{{ ${lookUp} }}`).join('\n'),
    'dbt_project.yml': 'name: p\nvars: {a: 1}\nmodels: {p: {+meta: {a: 1}}}\n',
  });
  const { nodes } = await compile(shop.options(directory));
  const found = (nodes[0]?.sql ?? '').split('\n');
  expect(lookUps.filter((_, index) => found[index] !== 'none')).toEqual([]);
});

test('keys named like parts of JavaScript are ordinary keys of a project', async () => {
  const directory = dbtProject({
    'models/m.sql': "{{ var('__proto__').a }} {{ config.get('meta')['__proto__'].b }} {{ {}.a is defined }}",
    'dbt_project.yml': 'name: p\nvars: {"__proto__": {a: 1}}\nmodels: {p: {+meta: {"__proto__": {b: 2}}}}\n',
  });
  const { nodes } = await compile(shop.options(directory));
  expect(nodes.map(({ sql }) => sql)).toEqual(['1 2 False']);
  expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
});

test.each([
  ["{{ var('a') }}", 'leads back to itself'],
  ["{{ modules.re.match('(a+)+$', 'a' * 40 ~ 'b') }}", 'takes longer than 2 s'],
  ["{{ modules.re.sub('(x+x+)+y', '', 'x' * 40) }}", 'takes longer than 2 s'],
  ['{{ modules.itertools.combinations(range(60) | list, 30) }}', 'more than 100000 combinations'],
  ['{{ modules.itertools.product(range(999) | list, range(999) | list) }}', 'more than 100000 combinations'],
])('%s ends', async (template, message) => {
  const directory = dbtProject({
    'models/m.sql': template,
    'dbt_project.yml': `name: p\nvars: {a: "{{ var('b') }}", b: "{{ var('a') }}"}\n`,
  });
  await expect(compile(shop.options(directory))).rejects.toThrow(message);
});
