import { describe, expect, test } from 'vitest';
import {
  Attributes,
  callable,
  createEnvironment,
  Dict,
  dbtTags,
  float,
  JinjaObject,
  type Keywords,
  PythonSet,
  toHost,
  tuple,
} from '../../lib/jinja/index.ts';

const environment = createEnvironment();

function render(source: string, context: Record<string, unknown> | ((name: string) => unknown) = {}): string {
  return environment.compile(source, { file: 'm.sql' }).renderSync(context);
}

/** A relation as dbt has it. */
class Relation extends JinjaObject {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  override get typeName(): string {
    return 'Relation';
  }
  override getAttribute(name: string): unknown {
    if (name === 'identifier') return this.name;
    return name === 'include'
      ? callable('include', ['schema?'], () => new Relation(`"${this.name}"`))
      : undefined;
  }
  override print(): string {
    return `raw.${this.name}`;
  }
  override equals(other: unknown): boolean {
    return other instanceof Relation && other.name === this.name;
  }
}

describe('values of the host', () => {
  test('numbers with an integral value are ints, float() makes them floats, bigints are exact', () => {
    expect(render('{{ a }} {{ b }} {{ c }} {{ d + 1 }}', { a: 2, b: float(2), c: 2.5, d: 2n ** 60n })).toBe(
      '2 2.0 2.5 1152921504606846977',
    );
  });

  test('plain objects, maps, arrays and sets are dicts, lists and sets', () => {
    const context = { o: { b: 1, a: null }, m: new Map([[1, 'x']]), l: [tuple(1, 'a')], s: new Set(['k']) };
    expect(
      render(
        "{{ o }}{{ o.items()|list }}{{ m[1] }}{{ l }}{{ 'k' in s }}{{ o.a }}{{ o.get('z', 9) }}",
        context,
      ),
    ).toBe("{'b': 1, 'a': None}[('b', 1), ('a', None)]x[(1, 'a')]TrueNone9");
  });

  test('objects of classes show what they say', () => {
    const context = { r: new Relation('orders'), same: new Relation('orders') };
    expect(
      render(
        '{{ r }}{{ [r] }}{{ r.identifier }}{{ r.include(schema=false) }}{{ r == same }}{{ r.name }}',
        context,
      ),
    ).toBe('raw.orders[raw.orders]ordersraw."orders"True');
  });

  test('attributes of an Attributes object are not shadowed by the methods of a dict', () => {
    const config = new Attributes({ get: (name: string) => `got ${name}`, items: 3 }, 'config');
    expect(render("{{ config.get('x') }}{{ config.items }}", { config })).toBe('got x3');
  });

  test("a plain object's own functions come before the methods of a dict", () => {
    expect(render("{{ re.copy('a') }}", { re: { copy: (text: string) => `${text}!` } })).toBe('a!');
  });

  test('values come back as plain JavaScript', () => {
    let seen: unknown;
    render("{% do f({'a': (1, 2.0, {'b': none}), 3: missing}, [range(2)]) %}", {
      f: (...values: unknown[]) => {
        seen = values.map(toHost);
      },
    });
    expect(seen).toEqual([{ a: [1, 2, { b: null }], 3: null }, [[0, 1]]]);
  });

  test('dicts and sets compare keys as Python does', () => {
    const dict = Dict.from([
      [1, 'int'],
      [tuple(1, 2), 'pair'],
    ]);
    expect([dict.get(float(1)), dict.get(true), dict.get(tuple(1, 2)), dict.has('1')]).toEqual([
      'int',
      'int',
      'pair',
      false,
    ]);
    dict.set(true, 'replaced');
    expect([...dict]).toEqual([
      [1, 'replaced'],
      [tuple(1, 2), 'pair'],
    ]);
    expect([...PythonSet.from([1, true, float(1), '1'])]).toEqual([1, '1']);
  });
});

describe('functions of the host', () => {
  test('a plain function gets named arguments last', () => {
    const f = (a: unknown, keywords?: Keywords): string => `${a}/${keywords?.get('b') ?? 'none'}`;
    expect(render('{{ f(1, b=2) }} {{ f(1) }}', { f })).toBe('1/2 1/none');
  });

  test('a callable binds names, defaults and the rest as Python does', () => {
    const f = callable(
      'f',
      ['a', 'b?', '*rest', '**named'],
      (a: unknown, b: unknown = 'B', rest: unknown[] = [], named: Record<string, unknown> = {}) =>
        JSON.stringify([a, b, rest, named]),
    );
    expect(render('{{ f(1) }}{{ f(b=2, a=1) }}{{ f(1,2,3,k=4) }}', { f })).toBe(
      '[1,"B",[],{}][1,2,[],{}][1,2,[3],{"k":4}]',
    );
    expect(() => render('{{ f() }}', { f })).toThrow(/f\(\) missing 1 required positional argument: 'a'/);
    const g = callable('g', ['a'], () => 1);
    expect(() => render('{{ g(1, 2) }}', { g })).toThrow(
      /g\(\) takes 1 positional argument but 2 were given/,
    );
    expect(() => render('{{ g(c=2) }}', { g })).toThrow(/g\(\) got an unexpected keyword argument 'c'/);
    expect(() => render('{{ g(1, a=2) }}', { g })).toThrow(/g\(\) got multiple values for argument 'a'/);
  });

  test('undefined from a function is None', () => {
    expect(render('{{ f() }}', { f: () => undefined })).toBe('None');
  });

  test('filters, tests and globals of the environment', () => {
    const own = createEnvironment({
      globals: { target: { name: 'dev' } },
      filters: { as_number: (value: unknown) => Number(value), upper: () => 'mine' },
      tests: { short: (value: string) => value.length < 3 },
    });
    const template = own.compile(
      "{{ '4'|as_number + 1 }}{{ 'a'|upper }}{{ 'ab' is short }}{{ target.name }}",
      { file: 'm' },
    );
    expect(template.renderSync()).toBe('5mineTruedev');
    expect(own.compile('{{ target }}', { file: 'm' }).renderSync({ target: 'context first' })).toBe(
      'context first',
    );
  });
});

describe('names that are missing', () => {
  test.each([
    ['default', '[{{ x }}]{{ x is defined }}{% for a in x %}{% endfor %}', '[]False'],
    ['chainable', '[{{ x.y.z }}]{{ x.y is defined }}', '[]False'],
    ['lenient', "[{{ x.y('a')[1].z() }}]", '[]'],
  ] as const)('%s', (onUndefined, source, expected) => {
    expect(createEnvironment({ onUndefined }).compile(source, { file: 'm' }).renderSync()).toBe(expected);
  });

  test('strict: any use is an error', () => {
    const strict = createEnvironment({ onUndefined: 'strict' });
    const use = (source: string) => () => strict.compile(source, { file: 'm' }).renderSync();
    expect(use('{{ x is defined }}{{ x|default(1) }}')()).toBe('False1');
    for (const source of ['{{ x }}', '{% if x %}{% endif %}', '{% for a in x %}{% endfor %}']) {
      expect(use(source)).toThrow(/'x' is undefined/);
    }
  });

  test('a function decides, name by name', () => {
    const own = createEnvironment({ onUndefined: ({ name }) => (name === 'known' ? 'here' : undefined) });
    expect(own.compile('{{ known }}{{ {}.known }}{{ other }}', { file: 'm' }).renderSync()).toBe('herehere');
  });
});

test('a template is compiled once for the same source, file and options', () => {
  const first = environment.compile('{{ 1 }}', { file: 'a' });
  expect(environment.compile('{{ 1 }}', { file: 'a' })).toBe(first);
  expect(environment.compile('{{ 1 }}', { file: 'b' })).not.toBe(first);
});

test('an environment goes on with the code that another one left in the store', async () => {
  const codes = new Map<string, string>();
  const environmentWith = () => createEnvironment({ tags: dbtTags, store: codes });
  const source = '{% macro m(a) %}{{ a.b.c }}{% endmacro %}{{ x|upper }}{% if y %}{{ m({}) }}{% endif %}';
  environmentWith().compile(source, { file: 'm.sql' });
  const [key = '', code = ''] = [...codes][0] ?? [];
  codes.set(key, code.replace('return (function root', '/* kept */ return (function root'));
  const again = environmentWith().compile(source, { file: 'm.sql' });
  expect(codes.get(key)).toContain('/* kept */');
  expect(again.renderSync({ x: 'a' })).toBe('A');
  expect(await again.render({ x: 'a' })).toBe('A');
  expect(() => again.renderSync({ y: 1 })).toThrow(/m\.sql:1:24/);
});

test('another source, another file and another set of filters are compiled anew', () => {
  const codes = new Map<string, string>();
  createEnvironment({ store: codes }).compile('{{ 1 }}', { file: 'a' });
  createEnvironment({ store: codes }).compile('{{ 2 }}', { file: 'a' });
  createEnvironment({ store: codes }).compile('{{ 1 }}', { file: 'b' });
  createEnvironment({ store: codes, filters: { own: () => '' } }).compile('{{ 1 }}', { file: 'a' });
  expect(codes.size).toBe(4);
});

test('environments of one family share what is compiled and differ in what is missing', () => {
  const lenient = environment.withUndefined('lenient');
  expect(lenient.compile('{{ a.b.c }}', { file: 'f' }).renderSync()).toBe('');
  expect(() => environment.compile('{{ a.b.c }}', { file: 'f' }).renderSync()).toThrow(/'a' is undefined/);
});
