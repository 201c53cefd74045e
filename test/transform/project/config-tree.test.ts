import { expect, test } from 'vitest';
import { configsAlong, mergeConfig, resolveConfig } from '../../../lib/transform/project/config-tree.ts';

test('tags and hooks add up, meta merges, everything else is replaced', () => {
  const merged = mergeConfig(
    { tags: ['a'], 'pre-hook': ['one'], meta: { x: 1, y: 1 }, materialized: 'view' },
    { tags: 'b', pre_hook: 'two', meta: { y: 2 }, materialized: 'table' },
  );
  expect(merged).toEqual({
    tags: ['a', 'b'],
    'pre-hook': ['one', 'two'],
    meta: { x: 1, y: 2 },
    materialized: 'table',
  });
});

test('a grant with + adds to the grantees, one without replaces them', () => {
  const base = { grants: { select: ['reader'] } };
  expect(mergeConfig(base, { grants: { '+select': ['other'] } }).grants).toEqual({
    select: ['reader', 'other'],
  });
  expect(mergeConfig(base, { grants: { select: 'other' } }).grants).toEqual({ select: ['other'] });
});

test('levels of a tree go from general to special; a record is a config only with +', () => {
  const tree = {
    '+materialized': 'view',
    p: { '+meta': { owner: 'x' }, staging: { materialized: 'table', stg_films: { '+tags': 'hot' } } },
  };
  expect(configsAlong(tree, ['p', 'staging', 'stg_films'])).toEqual([
    { materialized: 'view' },
    { meta: { owner: 'x' } },
    { materialized: 'table' },
    { tags: 'hot' },
  ]);
  expect(configsAlong(tree, ['other', 'staging', 'stg_films'])).toEqual([{ materialized: 'view' }]);
});

test('a file goes before its schema file, and the root project before a package', () => {
  const layers = {
    own: { '+materialized': 'view', '+enabled': true },
    fqn: ['p', 'm'],
    defaults: {},
    properties: { materialized: 'table' },
    inFile: [{ materialized: 'incremental' }],
  };
  expect(resolveConfig(layers)).toEqual({ materialized: 'incremental', enabled: true });
  expect(resolveConfig({ ...layers, root: { p: { '+materialized': 'ephemeral' } } }).materialized).toBe(
    'ephemeral',
  );
});
