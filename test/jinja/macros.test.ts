import { expect, test } from 'vitest';
import { createEnvironment, dbtTags, listBlocks, type Macro, toHost } from '../../lib/jinja/index.ts';

const environment = createEnvironment({ tags: dbtTags });

function render(source: string, context: Record<string, unknown> = {}): string {
  return environment.compile(source, { file: 'm.sql' }).renderSync(context);
}

/** The macros of several files, each seeing all others. */
function library(files: Record<string, string>): Map<string, Macro> {
  const macros = new Map<string, Macro>();
  for (const [file, source] of Object.entries(files)) {
    const found = environment.compile(source, { file }).macros((name) => macros.get(name));
    for (const [name, macro] of found) macros.set(name, macro);
  }
  return macros;
}

function called(macros: ReadonlyMap<string, Macro>, name: string, ...args: unknown[]): unknown {
  return toHost(macros.get(name)?.call(args));
}

test.each([
  ['any value', '{% macro m() %}x{{ return([1, {"a": 2}]) }}y{% endmacro %}{{ m()[1].a + 1 }}', '3'],
  ['none', '{% macro m() %}{{ return(none) }}{% endmacro %}{{ m() is none }}', 'True'],
  [
    'out of a loop',
    '{% macro m(l) %}{% for i in l %}{% if i > 1 %}{% do return(i) %}{% endif %}{% endfor %}{% endmacro %}{{ m([1,2,3]) + 1 }}',
    '3',
  ],
  [
    'through filters and expressions',
    '{% macro m() %}{{ ("a" ~ return(7))|upper }}{% endmacro %}{{ m() + 1 }}',
    '8',
  ],
  [
    'out of a set block',
    '{% macro m() %}{% set x %}{{ return(4) }}{% endset %}no{% endmacro %}{{ m() * 2 }}',
    '8',
  ],
  [
    'out of nested macros, one at a time',
    '{% macro a() %}{{ return(b() + 1) }}{% endmacro %}{% macro b() %}{{ return(1) }}{% endmacro %}{{ a() + 1 }}',
    '3',
  ],
  [
    'out of the macro that renders a call block',
    '{% macro w() %}<{{ caller() }}>{% endmacro %}{% macro m() %}{% call w() %}{{ return(5) }}{% endcall %}!{% endmacro %}{{ m() }}',
    '5!',
  ],
  [
    'out of a recursive loop',
    '{% macro m() %}{% for x in [[1]] recursive %}{% if x is iterable %}{{ loop(x) }}{% else %}{{ return(9) }}{% endif %}{% endfor %}{% endmacro %}{{ m() + 1 }}',
    '10',
  ],
  ['by name', '{% macro m() %}{{ return(data=6) }}{% endmacro %}{{ m() + 1 }}', '7'],
])('return carries a value: %s', async (_, source, expected) => {
  expect(render(source)).toBe(expected);
  expect(await environment.compile(source, { file: 'm.sql' }).render()).toBe(expected);
});

test('a macro without return gives its text', () => {
  expect(render('{% macro m() %} a {% endmacro %}{{ m()|length }}')).toBe('3');
});

test('macros see each other across files, whatever their names begin with', async () => {
  const macros = library({
    'a.sql': '{% macro down(n) %}{{ n }}{% if n > 0 %}{{ _step(n - 1) }}{% endif %}{% endmacro %}',
    'b.sql': '{% macro _step(n) %},{{ down(n) }}{% endmacro %}',
  });
  expect(called(macros, 'down', 3)).toBe('3,2,1,0');
  expect(await macros.get('down')?.callAsync([2])).toBe('2,1,0');
});

test("a macro sees its file's own assignments", () => {
  const macros = library({
    'a.sql': "{% set unit = 'EUR' %}{% macro price(n) %}{{ n }} {{ unit }}{% endmacro %}",
  });
  expect(called(macros, 'price', 5)).toBe('5 EUR');
});

test("dbt's tags define macros under dbt's names", () => {
  const macros = library({
    'a.sql': [
      '{% test positive(model, column_name) %}select {{ column_name }} from {{ model }}{% endtest %}',
      '{% data_test other(model) %}x{% enddata_test %}',
      "{% materialization view, adapter='snowflake', supported_languages=['sql', 'python'] %}{{ return({'relations': [1]}) }}{% endmaterialization %}",
      '{% materialization table, default %}t{% endmaterialization %}',
      '{% snapshot orders %}select 1{% endsnapshot %}',
      '{% docs intro %} Not {{ a template {% endif %} {% enddocs %}',
    ].join('\n'),
  });
  expect([...macros].map(([name, { kind, arguments: parameters }]) => [name, kind, parameters])).toEqual([
    ['test_positive', 'test', ['model', 'column_name']],
    ['test_other', 'data_test', ['model']],
    ['materialization_view_snowflake', 'materialization', []],
    ['materialization_table_default', 'materialization', []],
    ['snapshot_orders', 'snapshot', []],
    ['docs_intro', 'docs', []],
  ]);
  expect(called(macros, 'test_positive', 'm', 'c')).toBe('select c from m');
  expect(called(macros, 'materialization_view_snowflake')).toEqual({ relations: [1] });
  expect(called(macros, 'docs_intro')).toBe(' Not {{ a template {% endif %} ');
});

test("a file's blocks are listed with the positions of their bodies, without rendering", () => {
  const source = [
    '{% macro f(n) %}{{ n }}{% endmacro %}',
    "{# {% macro commented() %} #}{% raw %}{% macro raw() %}{% endraw %}{% set x = '{% macro string() %}' %}",
    '  {%- snapshot s -%} {% if true %}a{% endif %} {%- endsnapshot %}',
    '{% docs d %} {{ free text {% enddocs %}',
    '{% materialization t, default %}{% macro inner() %}{% endmacro %}{% endmaterialization %}',
  ].join('\n');
  const blocks = listBlocks(source, { file: 'a.sql' });
  expect(
    blocks.map(({ tag, name, bodyStart, bodyEnd, line, column }) => [
      tag,
      name,
      source.slice(bodyStart, bodyEnd),
      line,
      column,
    ]),
  ).toEqual([
    ['macro', 'f', '{{ n }}', 1, 1],
    ['snapshot', 's', ' {% if true %}a{% endif %} ', 3, 3],
    ['docs', 'd', ' {{ free text ', 4, 1],
    ['materialization', 't', '{% macro inner() %}{% endmacro %}', 5, 1],
  ]);
  const [macro] = blocks;
  expect(source.slice(macro?.start, macro?.end)).toBe('{% macro f(n) %}{{ n }}{% endmacro %}');
  expect(() => listBlocks('{% macro f() %}', { file: 'a.sql' })).toThrow(
    /ends before \{% endmacro %\} of 'f'/,
  );
});

test('the body of a block is compiled by its range', () => {
  const source = '{% snapshot s %}select {{ x }}{% endsnapshot %}';
  const [block] = listBlocks(source, { file: 'a.sql' });
  const range = { start: block?.bodyStart ?? 0, end: block?.bodyEnd ?? 0 };
  expect(environment.compile(source, { file: 'a.sql', range }).renderSync({ x: 1 })).toBe('select 1');
});
