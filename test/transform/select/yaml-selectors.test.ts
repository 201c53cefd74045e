import { describe, expect, test } from 'vitest';
import { Graph } from '../../../lib/transform/graph/graph.ts';
import { list } from '../../../lib/transform/index.ts';
import { selectNodes } from '../../../lib/transform/select/select.ts';
import { YamlSelectors } from '../../../lib/transform/select/yaml-selectors.ts';
import type { Data } from '../../../lib/transform/values.ts';
import { aModel, aTest } from '../support/nodes.ts';
import { dbtProject, shop } from '../support/projects.ts';

const nodes = [
  aModel('a', { tags: ['nightly'] }),
  aModel('b', { parents: ['model.p.a'], tags: ['nightly', 'x'] }),
  aModel('c', { parents: ['model.p.b'], config: { materialized: 'table' } }),
  aModel('d'),
  aTest('of_bd', { parents: ['model.p.b', 'model.p.d'] }),
];

function select(definition: Data, ...others: { name: string; definition: Data }[]): string[] {
  const selectors = new YamlSelectors({ selectors: [{ name: 'it', definition }, ...others] }, 'eager');
  const { ids } = selectNodes({
    nodes: new Map(nodes.map((node) => [node.uniqueId, node])),
    graph: new Graph(nodes.map((node) => ({ id: node.uniqueId, parents: node.dependsOn }))),
    rootPackage: 'p',
    spec: selectors.spec('it'),
  });
  return [...ids].map((id) => id.split('.').at(-1) ?? id).sort();
}

describe('a selector', () => {
  test.each<[string, Data, string[]]>([
    ['as on the command line', '+c', ['a', 'b', 'c', 'of_bd']],
    ['as a method and its value', { tag: 'x' }, ['b', 'of_bd']],
    ['with a method that has arguments', { 'config.materialized': 'table' }, ['c']],
    [
      'with parents to a depth',
      { method: 'fqn', value: 'c', parents: true, parents_depth: 1 },
      ['b', 'c', 'of_bd'],
    ],
    ['with children', { method: 'fqn', value: 'b', children: true }, ['b', 'c', 'of_bd']],
    [
      'with the parents of children',
      { method: 'fqn', value: 'b', childrens_parents: true },
      ['a', 'b', 'c', 'd', 'of_bd'],
    ],
    ['without the tests', { method: 'tag', value: 'x', indirect_selection: 'empty' }, ['b']],
    ['with cautious tests', { method: 'tag', value: 'x', indirect_selection: 'cautious' }, ['b']],
    ['with an exclude', { method: 'tag', value: 'nightly', exclude: [{ tag: 'x' }, 'c'] }, ['a']],
    ['as a union', { union: [{ tag: 'x' }, 'd'] }, ['b', 'd', 'of_bd']],
    ['as an intersection', { intersection: [{ tag: 'nightly' }, { union: ['a', 'c'] }] }, ['a']],
    ['as a union with an exclude', { union: ['a', 'b', { exclude: ['b'] }] }, ['a']],
    [
      'as a union of one with an exclude of its own',
      { union: ['c', { method: 'tag', value: 'nightly', exclude: ['b'] }] },
      ['a', 'c'],
    ],
  ])('%s', (_, definition, expected) => {
    expect(select(definition)).toEqual(expected);
  });

  test('may take another one as its part', () => {
    const other = { name: 'night', definition: { tag: 'nightly' } };
    expect(
      select({ intersection: [{ method: 'selector', value: 'night' }, '+b', { exclude: ['a'] }] }, other),
    ).toEqual(['b', 'of_bd']);
  });

  test.each<[Data, RegExp]>([
    [{ method: 'selector', value: 'it' }, /it -> it leads back to itself/],
    [{ method: 'selector', value: 'itt' }, /There is no selector "itt"/],
    [{ union: 'a' }, /`union` is not a list/],
    [{ union: ['a', { exclude: ['b'] }, { exclude: ['c'] }] }, /more than one `exclude`/],
    [{ union: ['a'], intersection: ['b'] }, /beside `union` stands intersection/],
    [{ tag: 'x', path: 'y' }, /tag, path is neither one method/],
    [{ method: 'tag' }, /`method` and `value` belong together/],
    [{ method: 'tag', value: 'x', indirect_selection: 'all' }, /`indirect_selection` is all/],
    [{ method: 'nothing', value: 'x' }, /selects by "nothing"/],
    [7, /neither a text nor a record/],
  ])('%j says what is wrong', (definition, message) => {
    expect(() => select(definition)).toThrowError(message);
  });
});

describe('selectors.yml', () => {
  const directory = dbtProject({
    'models/a.sql': "{{ config(tags=['x']) }} select 1 as n",
    'models/b.sql': 'select 1 as n',
    'selectors.yml': `
selectors:
  - {name: usual, default: "{{ target.name == 'prod' | as_bool }}", definition: {tag: "{{ var('tag', 'x') }}"}}
  - {name: all, definition: "fqn:*"}`,
  });
  const names = (more: object) => list({ directory, project: shop, ...more }).nodes.map(({ name }) => name);

  test('is chosen from by name, and by itself where one is the default', () => {
    expect(names({ selector: 'usual' })).toEqual(['a']);
    expect(names({ selector: 'usual', vars: { tag: 'y' } })).toEqual([]);
    expect(names({})).toEqual(['a', 'b']);
    expect(names({ target: 'prod' })).toEqual(['a']);
    expect(names({ target: 'prod', select: ['b'] })).toEqual(['b']);
  });

  test('goes with no other selection', () => {
    expect(() => names({ selector: 'all', select: ['a'] })).toThrowError(/say different things/);
    expect(() => names({ selector: 'usul' })).toThrowError(
      expect.objectContaining({ hint: 'Did you mean "usual"?' }),
    );
  });
});
