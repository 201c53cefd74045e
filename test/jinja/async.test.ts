import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { callable, createEnvironment } from '../../lib/jinja/index.ts';

const environment = createEnvironment();

function render(source: string, context: Record<string, unknown>): Promise<string> {
  return environment.compile(source, { file: 'm.sql' }).render(context);
}

/** A query that answers later, and what was asked, in order. */
function database(): { run_query: (sql: string) => Promise<unknown>; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    run_query: async (sql) => {
      asked.push(`start ${sql}`);
      await setImmediate();
      asked.push(`end ${sql}`);
      return [{ n: sql.length }];
    },
  };
}

test.each([
  ["{{ run_query('ab')[0].n + run_query('abc')[0].n }}", '5'],
  ["{% for row in run_query('abcd') if run_query('x') %}{{ row.n }}{{ loop.last }}{% endfor %}", '4True'],
  ["{% for row in run_query('abcd') if run_query('x') %}{{ row.n }}{% endfor %}", '4'],
  ["{{ run_query('a')[0].n if run_query('b') and not run_query('c') else 'no' }}", 'no'],
  ["{% set r = run_query('abc') %}{{ r|map(attribute='n')|first|string|center(3) }}", ' 3 '],
  ["{% macro m(x=run_query('ab')) %}{{ return(x[0].n) }}{% endmacro %}{{ m() + m() }}", '4'],
  [
    "{% macro w() %}<{{ caller(run_query('ab')) }}>{% endmacro %}{% call(r) w() %}{{ r[0].n }}{% endcall %}",
    '<2>',
  ],
  ["{{ 1 < run_query('ab')[0].n < run_query('abc')[0].n }}", 'True'],
  [
    "{% if run_query('a')[0].n == 1 %}{% set x %}{{ run_query('ab')[0].n }}{% endset %}{{ x }}{% endif %}",
    '2',
  ],
  ["{{ [run_query('a')[0].n, {'k': run_query('ab')[0].n}] }}", "[1, {'k': 2}]"],
  [
    "{% for x in [1, [2]] recursive %}{% if x is iterable %}{{ loop(x) }}{% else %}{{ run_query('a')[0].n + x }}{% endif %}{% endfor %}",
    '23',
  ],
])('a promise is awaited where it stands: %s', async (source, expected) => {
  expect(await render(source, database())).toBe(expected);
});

test('calls are made one after the other, in the order they stand', async () => {
  const { run_query, asked } = database();
  await render("{{ run_query('a') ~ run_query('b') }}{% do run_query('c') %}", { run_query });
  expect(asked).toEqual(['start a', 'end a', 'start b', 'end b', 'start c', 'end c']);
});

test('filters and tests of the host may be asynchronous', async () => {
  const later = createEnvironment({
    filters: { twice: async (value: number) => value * 2 },
    tests: { big: async (value: number) => value > 10 },
  });
  const template = later.compile("{{ 8|twice }}{{ 'y' if 8|twice is big else 'n' }}", { file: 'm.sql' });
  expect(await template.render()).toBe('16y');
});

test('the synchronous form says clearly that it met a promise', () => {
  const template = environment.compile("a\n{{ run_query('x') }}", { file: 'm.sql' });
  expect(() => template.renderSync(database())).toThrow(
    expect.objectContaining({ code: 'ASYNC_IN_SYNC', line: 2, column: 4 }),
  );
});

test('a rejected promise is an error at its call', async () => {
  const run_query = callable('run_query', ['sql'], async () => {
    throw new Error('no such table');
  });
  await expect(
    render("{% macro m() %}{{ run_query('x') }}{% endmacro %}{{ m() }}", { run_query }),
  ).rejects.toMatchObject({
    reason: 'no such table',
    line: 1,
    column: 19,
    macroStack: [{ name: 'm', line: 1, column: 53 }],
  });
});

test('two renderings of one template at the same time do not meet', async () => {
  const template = environment.compile('{% set ns = namespace(v=q(x)) %}{{ q(ns.v) }}{{ x }}', {
    file: 'm.sql',
  });
  const q = async (value: unknown): Promise<unknown> => {
    await setImmediate();
    return value;
  };
  const texts = await Promise.all([1, 2, 3].map((x) => template.render({ q, x })));
  expect(texts).toEqual(['11', '22', '33']);
});
