import { callable, JinjaObject } from '../../jinja/index.ts';
import { compilerError } from './exceptions.ts';

type Kind = 'date' | 'datetime';

const milliseconds = { day: 86_400_000, second: 1000, minute: 60_000, hour: 3_600_000, week: 604_800_000 };
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** What a directive of a format reads, as Python's own `_strptime` has it. */
const readableParts: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '1[0-2]|0[1-9]|[1-9]',
  d: '3[01]|[12]\\d|0[1-9]|[1-9]',
  H: '2[0-3]|[01]\\d|\\d',
  I: '1[0-2]|0[1-9]|[1-9]',
  p: 'am|pm',
  M: '[0-5]\\d|\\d',
  S: '[0-5]\\d|\\d',
  f: '\\d{1,6}',
  j: '36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]',
  b: '[A-Za-z]{3}',
  B: '[A-Za-z]+',
  a: '[A-Za-z]{3}',
  A: '[A-Za-z]+',
  z: 'Z|[+-]\\d\\d:?\\d\\d',
};

/** A span of time, Python's `timedelta`, to the millisecond. */
export class PythonDelta extends JinjaObject {
  readonly span: number;

  constructor(span: number) {
    super();
    this.span = span;
  }

  /** From days, seconds, microseconds, milliseconds, minutes, hours and weeks. */
  static of([day = 0, second = 0, micro = 0, milli = 0, minute = 0, hour = 0, week = 0]: readonly (
    | number
    | undefined
  )[]): PythonDelta {
    const { day: d, second: s, minute: m, hour: h, week: w } = milliseconds;
    return new PythonDelta(day * d + second * s + micro / 1000 + milli + minute * m + hour * h + week * w);
  }

  override getAttribute(name: string): unknown {
    if (name === 'days') return Math.floor(this.span / milliseconds.day);
    if (name === 'seconds') {
      return Math.floor((this.span - Math.floor(this.span / milliseconds.day) * milliseconds.day) / 1000);
    }
    return name === 'total_seconds' ? callable(name, [], () => this.span / 1000) : undefined;
  }

  override compare(other: unknown): number | undefined {
    return other instanceof PythonDelta ? this.span - other.span : undefined;
  }

  override equals(other: unknown): boolean {
    return other instanceof PythonDelta && other.span === this.span;
  }
}

/** A date or a time of day on a date, without a zone, as Python's `date` and `datetime`; to the millisecond. */
export class PythonDate extends JinjaObject {
  readonly time: Date;
  readonly kind: Kind;

  constructor(time: Date, kind: Kind) {
    super();
    this.kind = kind;
    this.time =
      kind === 'date' ? new Date(Math.floor(time.getTime() / milliseconds.day) * milliseconds.day) : time;
  }

  static of(parts: readonly (number | undefined)[], kind: Kind): PythonDate {
    const [year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0] = parts;
    const time = new Date(Date.UTC(2000, month - 1, day, hour, minute, second, micro / 1000));
    time.setUTCFullYear(year, month - 1, day);
    if (time.getUTCMonth() !== month - 1) throw compilerError(`there is no day ${year}-${month}-${day}`);
    return new PythonDate(time, kind);
  }

  static fromIso(text: string, kind: Kind): PythonDate {
    const time = new Date(
      /[Zz]|[+-]\d\d:\d\d$/.test(text) || text.length <= 10 ? text : `${text.replace(' ', 'T')}Z`,
    );
    if (Number.isNaN(time.getTime())) throw compilerError(`"${text}" is not an ISO date`);
    return new PythonDate(time, kind);
  }

  /** Reads a text by a format of `%Y %y %m %d %H %I %p %M %S %f %b %B %a %A %j %z`. */
  static parse(text: string, format: string): PythonDate {
    const order: string[] = [];
    const pattern = format
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/\s+/g, '\\s+')
      .replace(/%([A-Za-z%])/g, (directive, code: string) => {
        if (code === '%') return '%';
        const part = readableParts[code];
        if (part === undefined)
          throw compilerError(`'${directive}' is a bad directive in format '${format}'`);
        order.push(code);
        return `(${part})`;
      });
    const match = new RegExp(`^${pattern}$`, 'i').exec(text);
    if (match === null) throw compilerError(`time data '${text}' does not match format '${format}'`);
    const found = new Map(order.map((code, index) => [code, match[index + 1] ?? '']));
    const number = (code: string, otherwise: number) => Number(found.get(code) ?? otherwise);
    const named = (found.get('b') ?? found.get('B') ?? '').slice(0, 3).toLowerCase();
    const month =
      named === '' ? number('m', 1) : months.findIndex((name) => name.toLowerCase().startsWith(named)) + 1;
    const year = found.has('y') ? 2000 + number('y', 0) - (number('y', 0) > 68 ? 100 : 0) : number('Y', 1900);
    const micro = Number((found.get('f') ?? '0').padEnd(6, '0'));
    const afternoon = found.get('p')?.toLowerCase() === 'pm' ? 12 : 0;
    const hour = found.has('I') ? (number('I', 0) % 12) + afternoon : number('H', 0);
    if (found.has('j')) {
      return new PythonDate(
        new Date(Date.UTC(year, 0, number('j', 1), hour, number('M', 0), number('S', 0), micro / 1000)),
        'datetime',
      );
    }
    return PythonDate.of(
      [year, month, number('d', 1), hour, number('M', 0), number('S', 0), micro],
      'datetime',
    );
  }

  override get typeName(): string {
    return this.kind;
  }

  override print(): string {
    return this.#iso(' ');
  }

  override getAttribute(name: string): unknown {
    const { time } = this;
    switch (name) {
      case 'year':
        return time.getUTCFullYear();
      case 'month':
        return time.getUTCMonth() + 1;
      case 'day':
        return time.getUTCDate();
      case 'hour':
        return time.getUTCHours();
      case 'minute':
        return time.getUTCMinutes();
      case 'second':
        return time.getUTCSeconds();
      case 'microsecond':
        return time.getUTCMilliseconds() * 1000;
      case 'strftime':
        return callable(name, ['format'], (format: string) => this.#format(format));
      case 'isoformat':
        return callable(name, ['separator?'], (separator = 'T') => this.#iso(separator));
      case 'weekday':
        return callable(name, [], () => this.#weekday());
      case 'isoweekday':
        return callable(name, [], () => this.#weekday() + 1);
      case 'date':
        return callable(name, [], () => new PythonDate(time, 'date'));
      case 'timestamp':
        return callable(name, [], () => time.getTime() / 1000);
      case 'astimezone':
        return callable(name, ['zone?'], () => this);
      case 'replace':
        return callable(
          name,
          ['year?', 'month?', 'day?', 'hour?', 'minute?', 'second?', 'microsecond?', 'tzinfo?'],
          (...parts: (number | undefined)[]) => this.#replace(parts.slice(0, 7)),
        );
      default:
        return undefined;
    }
  }

  override equals(other: unknown): boolean {
    return other instanceof PythonDate && other.time.getTime() === this.time.getTime();
  }

  override compare(other: unknown): number | undefined {
    return other instanceof PythonDate ? this.time.getTime() - other.time.getTime() : undefined;
  }

  override operate(operator: string, other: unknown, reversed: boolean): unknown {
    if (other instanceof PythonDelta && !(reversed && operator === '-')) {
      const sign = operator === '-' ? -1 : 1;
      return new PythonDate(new Date(this.time.getTime() + sign * other.span), this.kind);
    }
    if (other instanceof PythonDate && operator === '-') {
      const span = this.time.getTime() - other.time.getTime();
      return new PythonDelta(reversed ? -span : span);
    }
    return undefined;
  }

  #weekday(): number {
    return (this.time.getUTCDay() + 6) % 7;
  }

  #replace(parts: readonly (number | undefined)[]): PythonDate {
    const { time } = this;
    const own = [
      time.getUTCFullYear(),
      time.getUTCMonth() + 1,
      time.getUTCDate(),
      time.getUTCHours(),
      time.getUTCMinutes(),
      time.getUTCSeconds(),
      time.getUTCMilliseconds() * 1000,
    ];
    return PythonDate.of(
      own.map((value, index) => parts[index] ?? value),
      this.kind,
    );
  }

  #iso(separator: string): string {
    const text = this.time.toISOString();
    if (this.kind === 'date') return text.slice(0, 10);
    const micro = this.time.getUTCMilliseconds() === 0 ? '' : `.${text.slice(20, 23)}000`;
    return `${text.slice(0, 10)}${separator}${text.slice(11, 19)}${micro}`;
  }

  #format(format: string): string {
    const text = this.time.toISOString();
    const two = (value: number) => String(value).padStart(2, '0');
    const startOfYear = Date.UTC(this.time.getUTCFullYear(), 0, 1);
    const codes: Readonly<Record<string, string>> = {
      Y: text.slice(0, 4),
      m: text.slice(5, 7),
      d: text.slice(8, 10),
      H: text.slice(11, 13),
      M: text.slice(14, 16),
      S: text.slice(17, 19),
      f: `${text.slice(20, 23)}000`,
      y: text.slice(2, 4),
      j: String(Math.floor((this.time.getTime() - startOfYear) / milliseconds.day) + 1).padStart(3, '0'),
      I: two(((this.time.getUTCHours() + 11) % 12) + 1),
      p: this.time.getUTCHours() < 12 ? 'AM' : 'PM',
      A: days[this.#weekday()] ?? '',
      a: (days[this.#weekday()] ?? '').slice(0, 3),
      B: months[this.time.getUTCMonth()] ?? '',
      b: (months[this.time.getUTCMonth()] ?? '').slice(0, 3),
      u: String(this.#weekday() + 1),
      w: String(this.time.getUTCDay()),
      '%': '%',
      Z: '',
      z: '',
      F: text.slice(0, 10),
      T: text.slice(11, 19),
    };
    return format.replace(/%(.)/g, (whole, code: string) => codes[code] ?? whole);
  }
}
