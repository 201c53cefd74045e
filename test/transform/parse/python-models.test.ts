import { expect, test } from 'vitest';
import { nodeDict } from '../../../lib/transform/artifacts/node-dict.ts';
import { pythonCalls } from '../../../lib/transform/parse/python-calls.ts';
import { parsed, problemsOf, sqlNode } from '../support/parsing.ts';

const python = `import pandas as pd
# dbt.ref("commented")
def model(dbt, session):
    """dbt.ref("in a text")"""
    dbt.config(materialized="incremental", packages=["pandas==1.0"], tags=('a', "b"), flag=True, n=-3, none=None)
    frame = dbt.ref("x").join(my.dbt.ref("of something else"))
    other = dbt.source('raw', "t")
    both, versioned = dbt.ref("p", "reader"), dbt.ref(
        "m",  # the first
        v=1,
    )
    least = dbt.config.get("least", 3)
    return frame
`;

const files = {
  'models/x.sql': 'select 1 as id',
  'models/reader.sql': 'select 1 as id',
  'models/m_v1.sql': 'select 1 as id',
  'models/py.py': python,
  'models/below.sql': "select * from {{ ref('py') }}",
  'models/s.yml': `models:
  - {name: m, versions: [{v: 1}]}
  - {name: py, description: In Python., columns: [{name: id, data_tests: [unique]}]}
sources: [{name: raw, tables: [{name: t}]}]`,
};

test('a model in Python reads what its text says, and has the config that stands there', () => {
  const project = parsed(files);
  const node = sqlNode(project, 'model.p.py');
  expect(node.dependsOn.toSorted()).toEqual([
    'model.p.m.v1',
    'model.p.reader',
    'model.p.x',
    'source.p.raw.t',
  ]);
  expect(nodeDict(node)).toMatchObject({
    language: 'python',
    raw_code: python.trim(),
    description: 'In Python.',
    refs: [
      { name: 'x', package: null, version: null },
      { name: 'reader', package: 'p', version: null },
      { name: 'm', package: null, version: 1 },
    ],
    config: {
      materialized: 'incremental',
      packages: ['pandas==1.0'],
      tags: ['a', 'b'],
      flag: true,
      n: -3,
      none: null,
      config_keys_used: ['least'],
      config_keys_defaults: [3],
    },
  });
  expect(sqlNode(project, 'model.p.below').dependsOn).toEqual(['model.p.py']);
});

test('a model in Python is a table unless it says otherwise', () => {
  const project = parsed({
    'dbt_project.yml': 'name: p\nmodels: {+materialized: view}',
    'models/a.py': 'def model(dbt, session):\n    return session.sql("select 1")',
  });
  expect(sqlNode(project, 'model.p.a').config.materialized).toBe('table');
});

test('arguments that are no literals are problems with a place', () => {
  expect(
    problemsOf({ 'models/a.py': 'def model(dbt, session):\n    name = "b"\n    return dbt.ref(name)' }),
  ).toEqual([
    'models/a.py:3 | an argument of dbt.ref() is no literal. | Models in Python are only read: write the name or the value itself.',
  ]);
});

test.each([
  ['texts that follow each other', `dbt.config(a="one" 'two')`, { a: 'onetwo' }],
  ['long texts', `dbt.config(a='''it's\n"so"''')`, { a: 'it\'s\n"so"' }],
  ['escapes, and raw texts', String.raw`dbt.config(a="\n\"", b=r"\d")`, { a: '\n"', b: String.raw`\d` }],
  [
    'lists and tuples',
    'dbt.config(a=[1, 2.5,], b=(1,), c=(1), d=( "x" ), e=[])',
    { a: [1, 2.5], b: [1], c: 1, d: 'x', e: [] },
  ],
  ['records', `dbt.config(a={"b": {'c': [True, False, None]}, })`, { a: { b: { c: [true, false, null] } } }],
])('literals are understood: %s', (_, source, named) => {
  expect(pythonCalls(source, 'a.py')).toEqual([{ name: 'config', positional: [], named }]);
});
