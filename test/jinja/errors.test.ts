import { expect, test } from 'vitest';
import { createEnvironment, TemplateError } from '../../lib/jinja/index.ts';

const environment = createEnvironment();

function errorOf(work: () => unknown): TemplateError {
  try {
    work();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function failure(
  source: string,
  context: Record<string, unknown> = {},
  file = 'models/a.sql',
): TemplateError {
  return errorOf(() => environment.compile(source, { file }).renderSync(context));
}

const chain = `{% macro outer(x) %}
  {{ inner(x) }}
{% endmacro %}
{% macro inner(y) %}
  {{ y.foo.bar }}
{% endmacro %}
select {{ outer({}) }}`;

test('an error names file, line, column, the line itself and the chain of macros with their call sites', () => {
  const error = failure(chain);
  expect(error).toMatchObject({
    code: 'UNDEFINED',
    kind: 'usage',
    file: 'models/a.sql',
    line: 5,
    column: 12,
    reason: "'dict object' has no attribute 'foo'",
    excerpt: '  5 |   {{ y.foo.bar }}\n    |            ^',
    macroStack: [
      { name: 'inner', file: 'models/a.sql', line: 2, column: 6 },
      { name: 'outer', file: 'models/a.sql', line: 7, column: 11 },
    ],
  });
  expect(error.message).toBe(
    [
      "'dict object' has no attribute 'foo'",
      '  at models/a.sql:5:12',
      '  5 |   {{ y.foo.bar }}',
      '    |            ^',
      '  in macro inner, called at models/a.sql:2:6',
      '  in macro outer, called at models/a.sql:7:11',
    ].join('\n'),
  );
});

test('the asynchronous form says the same', async () => {
  const error: unknown = await environment
    .compile(chain, { file: 'models/a.sql' })
    .render()
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ line: 5, column: 12, macroStack: failure(chain).macroStack });
});

test('the chain goes through the files that the macros stand in', () => {
  const names = new Map<string, unknown>();
  const resolve = (name: string): unknown => names.get(name);
  const sources = {
    'macros/one.sql': '{% macro one() %}{{ two() }}{% endmacro %}',
    'macros/two.sql': '\n{% macro two() %}{{ 1 / 0 }}{% endmacro %}',
  };
  for (const [file, source] of Object.entries(sources)) {
    for (const [name, macro] of environment.compile(source, { file }).macros(resolve)) names.set(name, macro);
  }
  const error = errorOf(() =>
    environment.compile('{{ one() }}', { file: 'models/m.sql' }).renderSync(resolve),
  );
  expect(error).toMatchObject({
    code: 'ARITHMETIC',
    file: 'macros/two.sql',
    line: 2,
    column: 23,
    macroStack: [
      { name: 'two', file: 'macros/one.sql', line: 1, column: 21 },
      { name: 'one', file: 'models/m.sql', line: 1, column: 4 },
    ],
  });
});

test.each([
  ['{{ run_quer("x") }}', 'UNDEFINED', "'run_quer' is undefined", "Did you mean 'run_query'?"],
  ['{{ "a"|uper }}', 'UNKNOWN_FILTER', "No filter named 'uper'.", "Did you mean 'upper'?"],
  ['{{ 1 is od }}', 'UNKNOWN_TEST', "No test named 'od'.", "Did you mean 'odd'?"],
  ['{% fro x in y %}', 'TEMPLATE_SYNTAX', "Encountered unknown tag 'fro'", "Did you mean 'for'?"],
  ['{{ {"name": 1}.nmae.x }}', 'UNDEFINED', "'dict object' has no attribute 'nmae'", "Did you mean 'name'?"],
  ['{{ "a".uper() }}', 'UNDEFINED', "'str object' has no attribute 'uper'", "Did you mean 'upper'?"],
])('%s says what may have been meant', (source, code, reason, hint) => {
  expect(failure(source, { run_query: () => 1 })).toMatchObject({ code, reason, hint });
});

test.each([
  ['a\n{% if x %}\n', 2, 4, 'The template ends before this block does: {% endif %} is missing'],
  [
    '{% if x %}{% endfor %}',
    1,
    14,
    "Encountered unknown tag 'endfor'; the block that is open ends with elif or else or endif",
  ],
  ['{{ 1 + }}', 1, 8, "unexpected '}}'"],
  ['{{ (1 }}', 1, 7, "unexpected '}', expected ')'"],
  ["{{ 'abc }}", 1, 4, 'A string is not closed'],
  ['{{ a b }}', 1, 6, "expected '}}', got 'b'"],
  ['{# never closed', 1, 1, 'Missing end of comment tag'],
  ['{% raw %}x', 1, 1, 'Missing end of raw directive'],
  ['{{ 1 ? 2 }}', 1, 6, "unexpected char '?'"],
  ['{% set 1 = 2 %}', 1, 8, "can't assign to an integer"],
  ['{% for loop in [] %}{% endfor %}', 1, 8, "Can't assign to special loop variable in for-loop target"],
  ['{% break %}', 1, 4, "'break' outside of a loop"],
  ['{% macro m(a=1, b) %}{% endmacro %}', 1, 18, 'non-default argument follows default argument'],
  ['{% endif %}', 1, 4, "Encountered unknown tag 'endif'"],
])('%j is a syntax error at its place', (source, line, column, reason) => {
  expect(failure(source)).toMatchObject({ code: 'TEMPLATE_SYNTAX', line, column, reason });
});

test.each([
  ['{{ "a" + 1 }}', 'TYPE', 'can only concatenate str (not "int") to str'],
  ['{{ 1 < "a" }}', 'TYPE', "'<' not supported between instances of 'int' and 'str'"],
  ['{{ none() }}', 'TYPE', "'NoneType' object is not callable"],
  ['{% for x in 5 %}{% endfor %}', 'TYPE', "'int' object is not iterable"],
  ['{{ [1]|length|length }}', 'TYPE', "object of type 'int' has no len()"],
  ['{% set a, b = [1] %}', 'VALUE', 'not enough values to unpack (expected 2, got 1)'],
  ['{{ {}.pop("k") }}', 'LOOKUP', "KeyError: 'k'"],
  ['{% set d = {} %}{% set d.x = 1 %}', 'LOOKUP', 'cannot assign attribute on non-namespace object'],
  ['{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}', 'TYPE', "macro 'm' takes not more than 1 argument(s)"],
  ['{% macro m(a) %}{% endmacro %}{{ m(b=2) }}', 'TYPE', "macro 'm' takes no keyword argument 'b'"],
  ['{{ {}.x.y }}', 'UNDEFINED', "'dict object' has no attribute 'x'"],
  ['{{ missing + 1 }}', 'UNDEFINED', "'missing' is undefined"],
  ['{{ return(1) }}', 'RETURN_OUTSIDE_MACRO', 'return() stands outside of a macro'],
])('%j is a %s error', (source, code, reason) => {
  expect(failure(source)).toMatchObject({ code, reason });
});

test("what a host function throws keeps its code, kind, hint and cause, and gets the template's place", () => {
  const cause = Object.assign(new Error('table is gone'), {
    code: 'NO_TABLE',
    kind: 'outside',
    hint: 'Load it.',
  });
  const error = failure('{% macro q() %}{{ run() }}{% endmacro %}\n{{ q() }}', {
    run: () => {
      throw cause;
    },
  });
  expect(error).toMatchObject({
    code: 'NO_TABLE',
    kind: 'outside',
    hint: 'Load it.',
    cause,
    line: 1,
    column: 19,
    macroStack: [{ name: 'q', line: 2, column: 4 }],
  });
});

test('positions in a part of a file count from the start of the file', () => {
  const source = '{% macro a() %}x{% endmacro %}\n{{ 1 / 0 }}';
  const range = { start: source.indexOf('\n'), end: source.length };
  const error = errorOf(() => environment.compile(source, { file: 'f', range }).renderSync());
  expect(error).toMatchObject({ line: 2, column: 6 });
});
