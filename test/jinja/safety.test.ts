import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callable, createEnvironment, dbtTags, JinjaObject, TemplateError } from '../../lib/jinja/index.ts';

const environment = createEnvironment({ tags: dbtTags });

class Secret extends JinjaObject {
  readonly password = 'hunter2';
}

class Foreign {
  readonly password = 'hunter2';
}

/** One value of every kind that a template can hold. */
const context = (): Record<string, unknown> => ({
  text: 'abc',
  list: [1, 'a'],
  dict: { a: 1 },
  map: new Map([['a', 1]]),
  number: 5,
  flag: true,
  plain: (value: unknown) => value,
  async_function: async () => 1,
  signed: callable('signed', ['a?'], () => 1),
  secret: new Secret(),
  foreign: new Foreign(),
  date: new Date(0),
});

const names = [
  ...Object.keys(context()),
  'range',
  'dict',
  'namespace()',
  'm',
  'loop',
  "'x'",
  '[]',
  '{}',
  '1',
  '(1,)',
  'none',
  'missing',
];

const forbidden = [
  ...new Set(
    [
      Object.prototype,
      Function.prototype,
      Array.prototype,
      Map.prototype,
      String.prototype,
      Number.prototype,
      Promise.prototype,
    ]
      .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
      .concat(
        'prototype',
        'password',
        'arguments',
        'caller',
        'callee',
        '__proto__',
        '__class__',
        '__globals__',
        'mro',
      ),
  ),
].filter((name) => !pythonNames().has(name));

/** Names that Python's types have too: the template gets Python's method then. */
function pythonNames(): Set<string> {
  return new Set(
    'copy clear get keys values items pop update index count append extend insert remove reverse sort find join replace split format strip title upper lower center name arguments caller call'.split(
      ' ',
    ),
  );
}

/** Renders, and gives the text or the code of the error; anything but a TemplateError is a failure of ours. */
function outcome(source: string): string {
  try {
    return environment.compile(source, { file: 'm.sql' }).renderSync(context());
  } catch (error) {
    if (error instanceof TemplateError) return `error ${error.code}`;
    throw error;
  }
}

describe("JavaScript's own objects are out of reach", () => {
  test.each([
    'constructor',
    '__proto__',
    'prototype',
    'password',
    'call',
    'apply',
    'bind',
    'then',
    'toString',
  ])('attribute %s of any value is undefined, by name, by key, by filter and in a format', (name) => {
    for (const value of names.filter((one) => !['m', 'loop', 'missing'].includes(one))) {
      const ways = [
        `(${value}).${name} is defined`,
        `(${value})['${name}'] is defined`,
        `(${value})|attr('${name}') is defined`,
        `[${value}]|map(attribute='${name}')|first is defined`,
      ];
      for (const way of ways) expect(outcome(`{{ ${way} }}`), way).toBe('False');
      expect(outcome(`{{ '{0.${name}}'.format(${value}) }}`)).toBe('');
    }
  });

  test('names of JavaScript are unknown', () => {
    const globals = [
      'globalThis',
      'process',
      'require',
      'Function',
      'Object',
      'eval',
      'constructor',
      'toString',
      'rt',
    ];
    for (const name of globals) expect(outcome(`{{ ${name} is defined }}`), name).toBe('False');
    for (const name of ['lookup', 'exports', 'depth', 'out', 'at', 't', 'error', 'root', 'helpers']) {
      expect(outcome(`{{ ${name} is defined }}{% set ${name} = 1 %}{{ ${name} }}`), name).toBe('False1');
    }
  });

  test('names, strings and numbers cannot break out of the generated code', () => {
    expect(
      outcome('{% set this = 1 %}{% set await = 2 %}{% set class = 3 %}{{ this + await + class }}'),
    ).toBe('6');
    const tricky = ['`$', '{1 + 1}`', '*/', '//', '\u2028'].join('');
    expect(outcome(`{{ '${tricky}' }}{# ${tricky} #}`)).toBe(tricky);
  });

  test("writing to __proto__ makes an entry, and changes nobody else's objects", () => {
    const target: Record<string, unknown> = {};
    environment
      .compile(
        "{% do target.update({'__proto__': {'polluted': 1}}) %}{% set ns = namespace() %}{% set ns.__proto__ = {'polluted': 1} %}",
        {
          file: 'm.sql',
        },
      )
      .renderSync({ target });
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('no chain of attributes and calls reaches anything of JavaScript', () => {
    const step = fc.oneof(
      fc.constantFrom(...forbidden).map((name) => `.${name}`),
      fc.constantFrom(...forbidden).map((name) => `['${name}']`),
      fc.constantFrom(...forbidden).map((name) => `|attr('${name}')`),
      fc.constantFrom(
        '()',
        "('return process')",
        '[0]',
        '.copy()',
        '.items()',
        '|list',
        '|first',
        '.get("constructor")',
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(step, { minLength: 1, maxLength: 4 }),
        (start, steps) => {
          const text = outcome(
            `{% macro m() %}m{% endmacro %}{% for i in [1] %}{{ ${start}${steps.join('')} }}{% endfor %}`,
          );
          expect(text).not.toMatch(/native code|hunter2|\[object|=>|function \(|class /);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('rendering always ends', () => {
  test.each([
    ['{% for i in range(10000000) %}{% endfor %}', 'LIMIT'],
    ['{{ range(0, 1000000)|list }}', 'LIMIT'],
    ["{{ 'a' * 1000000000 }}", 'LIMIT'],
    ['{{ [0] * 1000000000 }}', 'LIMIT'],
    ['{{ 10 ** (10 ** 10) }}', 'LIMIT'],
    ["{{ '%1000000000d' % 1 }}", 'LIMIT'],
    ["{{ '{:1000000000}'.format(1) }}", 'LIMIT'],
    ["{{ 'x'|center(1000000000) }}", 'LIMIT'],
    ["{{ 'x'.ljust(1000000000) }}", 'LIMIT'],
    ["{{ 'x\ny'|indent(1000000000) }}", 'LIMIT'],
    ['{{ [1]|batch(1000000000, 0)|list }}', 'LIMIT'],
    ['{{ [1]|slice(1000000000, 0)|list }}', 'LIMIT'],
    ['{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}', 'LIMIT'],
    [
      "{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
      'LIMIT',
    ],
    [
      "{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(40) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
      'LIMIT',
    ],
    [
      "{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(40) %}{% set ns.t = ns.t.replace('a', 'aa') %}{% endfor %}",
      'LIMIT',
    ],
    [
      '{% set ns = namespace(n=3) %}{% for i in range(60) %}{% set ns.n = ns.n * ns.n %}{% endfor %}',
      'LIMIT',
    ],
    ['{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}', 'RECURSION'],
    ['{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}', 'RECURSION'],
    [`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, 'TEMPLATE_SYNTAX'],
    [`{{ ${'not '.repeat(5000)}1 }}`, 'TEMPLATE_SYNTAX'],
    [`{{ ${'-'.repeat(5000)}1 }}`, 'TEMPLATE_SYNTAX'],
    [`${'{% if 1 %}'.repeat(20000)}`, 'TEMPLATE_SYNTAX'],
  ])('%.60s', (source, code) => {
    expect(outcome(source)).toBe(`error ${code}`);
  });

  test('a recursion through promises ends too, with the chain of macros', async () => {
    const template = environment.compile('{% macro a() %}{{ wait() }}{{ a() }}{% endmacro %}{{ a() }}', {
      file: 'm.sql',
    });
    await expect(template.render({ wait: async () => '' })).rejects.toMatchObject({
      code: 'RECURSION',
      macroStack: expect.arrayContaining([{ name: 'a', file: 'm.sql', line: 1, column: 31 }]),
    });
  });

  test('a list that holds itself prints', () => {
    expect(outcome('{% set l = [1] %}{% do l.append(l) %}{{ l }}')).toBe('[1, [...]]');
    expect(outcome('{% set d = {} %}{% do d.update({"d": d}) %}{{ d }}')).toBe("{'d': {...}}");
    expect(outcome('{% set l = [1] %}{% do l.append(l) %}{{ l|tojson }}')).toBe('error VALUE');
    expect(outcome('{% set l = [1] %}{% do l.append(l) %}{{ l|pprint }}{{ l == l }}')).not.toBe('');
  });

  test('any soup of pieces renders or is a TemplateError', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '-',
      '+',
      'if',
      'else',
      'endif',
      'for',
      'in',
      'endfor',
      'set',
      'endset',
      'macro',
      'endmacro',
      'm',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '.',
      '|',
      'upper',
      'is',
      'not',
      'defined',
      "'a'",
      '"',
      '1',
      '2.0',
      '==',
      '~',
      '**',
      '=',
      'x',
      'list',
      'loop',
      'raw',
      'endraw',
      'call',
      'endcall',
      'caller',
      'filter',
      'endfilter',
      'with',
      'endwith',
      'do',
      'break',
      'return',
      'range',
      '\n',
      ' ',
      'text',
      '{% if x %}',
      '{% endif %}',
      '{% for i in list %}',
      '{% endfor %}',
      '{{ i }}',
      '{% macro m(a, b=1) %}',
      '{% endmacro %}',
      '{{ m(1) }}',
      '{% set x = 1 %}',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        expect(typeof outcome(pieces.join(' '))).toBe('string');
      }),
      { numRuns: 5000 },
    );
  });

  test('any text without tags is printed as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[{]|[\r\n]$|\r/.test(text));
        expect(outcome(text)).toBe(text);
      }),
    );
  });

  test('any string survives as a literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const literal = text.replace(
          /['\\\r\n]/g,
          (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
        );
        expect(outcome(`{{ '${literal}' }}`)).toBe(text);
      }),
    );
  });
});
