import { typeError } from '../errors.ts';
import { indexOf, range } from './iteration.ts';
import { pairsOf } from './methods/dicts.ts';
import { type Callable, type CallableObject, JinjaObject } from './objects.ts';
import { callable } from './signature.ts';
import { repr } from './text.ts';
import { Dict } from './values.ts';

/** What `namespace(a=1)` makes: an object whose members `{% set ns.a = 2 %}` changes. */
class Namespace extends JinjaObject {
  private readonly members: Map<string, unknown>;

  constructor(entries: Iterable<readonly [unknown, unknown]>) {
    super();
    this.members = new Map([...entries].map(([key, value]) => [String(key), value]));
  }

  override get typeName(): string {
    return 'Namespace';
  }
  override getAttribute(name: string): unknown {
    return this.members.get(name);
  }
  override setAttribute(name: string, value: unknown): boolean {
    this.members.set(name, value);
    return true;
  }
  override print(): string {
    return `<Namespace ${repr(Dict.from(this.members))}>`;
  }
}

/** What `cycler('odd', 'even')` makes. */
class Cycler extends JinjaObject {
  private readonly values: readonly unknown[];
  private position = 0;

  constructor(values: readonly unknown[]) {
    super();
    if (values.length === 0) throw typeError('at least one item has to be provided');
    this.values = values;
  }

  override getAttribute(name: string): unknown {
    if (name === 'current') return this.values[this.position];
    if (name === 'next') return callable('next', [], () => this.next());
    if (name !== 'reset') return undefined;
    return callable('reset', [], () => {
      this.position = 0;
    });
  }

  private next(): unknown {
    const current = this.values[this.position];
    this.position = (this.position + 1) % this.values.length;
    return current;
  }
}

/** What `joiner(', ')` makes: nothing at the first call, the separator at every further one. */
class Joiner extends JinjaObject implements CallableObject {
  private readonly separator: unknown;
  private used = false;

  constructor(separator: unknown) {
    super();
    this.separator = separator;
  }

  call(): unknown {
    if (this.used) return this.separator;
    this.used = true;
    return '';
  }
}

function rangeOf(values: readonly unknown[]): unknown {
  if (values.length === 0 || values.length > 3) {
    throw typeError(`range expected 1 to 3 arguments, got ${values.length}`);
  }
  const [first = 0, second = 0, third = 1] = values.map((value) => indexOf(value, 'an integer'));
  return values.length === 1 ? range(0, first, 1) : range(first, second, third);
}

/** The names that every template of Jinja2 sees. */
export const builtinGlobals: ReadonlyMap<string, Callable> = new Map([
  ['range', callable('range', ['*values'], rangeOf)],
  ['dict', callable('dict', ['pairs?', '**named'], dictFrom)],
  [
    'namespace',
    callable(
      'namespace',
      ['pairs?', '**named'],
      (pairs: unknown, named: Record<string, unknown>) => new Namespace(dictFrom(pairs, named)),
    ),
  ],
  ['cycler', callable('cycler', ['*values'], (values: unknown[]) => new Cycler(values))],
  ['joiner', callable('joiner', ['sep?'], (separator: unknown = ', ') => new Joiner(separator))],
]);

function dictFrom(pairs: unknown = [], named: Record<string, unknown> = {}): Dict {
  return Dict.from([...pairsOf(pairs), ...Object.entries(named)]);
}
