import { Attributes, callable, type JinjaObject, tuple } from '../../jinja/index.ts';
import { compilerError } from './exceptions.ts';
import { PythonDate, PythonDelta } from './python-dates.ts';
import { PythonPattern, pythonFlags, pythonRegExp } from './python-re.ts';

/** The Python modules that dbt gives to templates, as far as projects use them. */
export function pythonModules(now: () => Date): JinjaObject {
  return new Attributes(
    {
      datetime: datetimeModule(now),
      re: reModule(),
      pytz: new Attributes(
        { utc: 'UTC', timezone: callable('timezone', ['name'], (name: unknown) => name) },
        'module',
      ),
      itertools: itertoolsModule(),
    },
    'module',
  );
}

function datetimeModule(now: () => Date): JinjaObject {
  const fields = ['year', 'month', 'day', 'hour?', 'minute?', 'second?', 'microsecond?', 'tzinfo?'];
  const make = (...parts: (number | undefined)[]) => PythonDate.of(parts.slice(0, 7), 'datetime');
  const datetime = new CallableAttributes('datetime', callable('datetime', fields, make), {
    now: callable('now', ['tz?'], () => new PythonDate(now(), 'datetime')),
    utcnow: callable('utcnow', [], () => new PythonDate(now(), 'datetime')),
    today: callable('today', [], () => new PythonDate(now(), 'datetime')),
    strptime: callable('strptime', ['text', 'format'], (text: string, format: string) =>
      PythonDate.parse(text, format),
    ),
    fromisoformat: callable('fromisoformat', ['text'], (text: string) =>
      PythonDate.fromIso(text, 'datetime'),
    ),
    combine: callable(
      'combine',
      ['date', 'time?'],
      (date: PythonDate) => new PythonDate(date.time, 'datetime'),
    ),
  });
  const date = new CallableAttributes(
    'date',
    callable('date', ['year', 'month', 'day'], (...parts: number[]) => PythonDate.of(parts, 'date')),
    {
      today: callable('today', [], () => new PythonDate(now(), 'date')),
      fromisoformat: callable('fromisoformat', ['text'], (text: string) => PythonDate.fromIso(text, 'date')),
    },
  );
  const units = ['days?', 'seconds?', 'microseconds?', 'milliseconds?', 'minutes?', 'hours?', 'weeks?'];
  const timedelta = callable('timedelta', units, (...amounts: (number | undefined)[]) =>
    PythonDelta.of(amounts),
  );
  return new Attributes({ datetime, date, timedelta }, 'module');
}

function reModule(): JinjaObject {
  const entry = (name: string, parameters: readonly string[], use: (...args: never[]) => unknown) =>
    [name, callable(name, parameters, use)] as const;
  return new Attributes(
    Object.fromEntries([
      ...(['match', 'search', 'fullmatch', 'findall'] as const).map((name) =>
        entry(name, ['pattern', 'string', 'flags?'], (pattern: unknown, text: string, flags?: number) =>
          pythonRegExp(pattern, flags)[name](text),
        ),
      ),
      entry('finditer', ['pattern', 'string', 'flags?'], (pattern: unknown, text: string, flags?: number) =>
        pythonRegExp(pattern, flags).finditer(text),
      ),
      entry(
        'split',
        ['pattern', 'string', 'maxsplit?', 'flags?'],
        (pattern: unknown, text: string, most?: number, flags?: number) =>
          pythonRegExp(pattern, flags).split(text, most),
      ),
      entry(
        'sub',
        ['pattern', 'repl', 'string', 'count?', 'flags?'],
        (pattern: unknown, by: unknown, text: string, most?: number, flags?: number) =>
          pythonRegExp(pattern, flags).sub(by, text, most),
      ),
      entry(
        'compile',
        ['pattern', 'flags?'],
        (pattern: unknown, flags?: number) => new PythonPattern(pythonRegExp(pattern, flags)),
      ),
      ...Object.entries(pythonFlags),
      entry('escape', ['text'], (text: string) => text.replace(/[^A-Za-z0-9_]/g, '\\$&')),
    ]),
    'module',
  );
}

function itertoolsModule(): JinjaObject {
  return new Attributes(
    {
      chain: callable('chain', ['*lists'], (lists: readonly (readonly unknown[])[]) => lists.flat()),
      product: callable('product', ['*lists'], (lists: readonly (readonly unknown[])[]) => {
        bounded(lists.reduce((count, list) => count * list.length, 1));
        return lists
          .reduce<unknown[][]>(
            (found, list) => found.flatMap((start) => list.map((item) => [...start, item])),
            [[]],
          )
          .map((items) => tuple(...items));
      }),
      combinations: callable('combinations', ['list', 'size'], (list: readonly unknown[], size: number) => {
        bounded(countOfCombinations(list.length, size));
        return combinations(list, size).map((items) => tuple(...items));
      }),
    },
    'module',
  );
}

/** More than a template can mean to loop over; they are all made before the first is looked at. */
const mostCombinations = 100_000;

function bounded(count: number): void {
  if (count > mostCombinations) throw compilerError(`there are more than ${mostCombinations} combinations`);
}

function countOfCombinations(length: number, size: number): number {
  let count = 1;
  for (let chosen = 0; chosen < size; chosen++) count = (count * (length - chosen)) / (chosen + 1);
  return count;
}

function combinations(list: readonly unknown[], size: number): unknown[][] {
  if (size === 0) return [[]];
  return list.flatMap((item, index) =>
    combinations(list.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

/** A class of Python's: called to make a value, with functions of its own. */
class CallableAttributes extends Attributes {
  readonly #make: ReturnType<typeof callable>;

  constructor(
    label: string,
    make: ReturnType<typeof callable>,
    attributes: Readonly<Record<string, unknown>>,
  ) {
    super(attributes, label);
    this.#make = make;
  }

  call(args: readonly unknown[], keywords: Parameters<ReturnType<typeof callable>['call']>[1]): unknown {
    return this.#make.call(args, keywords);
  }
}
