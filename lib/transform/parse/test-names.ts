import { createHash } from 'node:crypto';
import { asRecord, type Data, type DataRecord } from '../values.ts';

/** The names of a generic test: the full one for reading, one of at most 63 characters for tables and files. */
export interface TestNames {
  readonly full: string;
  readonly short: string;
}

/** How many characters a name that becomes an identifier may have. */
const longest = 63;

/**
 * The name that dbt gives a generic test: its macro, what it tests, and its arguments in the order of their names, with
 * everything but letters, digits and underscores replaced.
 */
export function testNames(test: string, target: string, parameters: DataRecord): TestNames {
  const words = Object.keys(parameters)
    .filter((name) => name !== 'model')
    .sort()
    .flatMap((name) => wordsOf(parameters[name] ?? null));
  const clean = words.map((word) => word.replace(/[^0-9a-zA-Z_]+/g, '_'));
  const stem = `${test}_${target}`;
  const full = `${stem}_${clean.join('__')}`;
  if (full.length <= longest) return { full, short: full };
  const digest = createHash('md5').update(full).digest('hex');
  return { full, short: `${stem.slice(0, 30)}_${digest}` };
}

function wordsOf(value: Data): string[] {
  if (Array.isArray(value)) return value.map(pythonText);
  const record = asRecord(value);
  return record === undefined ? [pythonText(value)] : Object.values(record).map(pythonText);
}

/** A value as Python's `str` writes it, which is what dbt's names are made of. */
export function pythonText(value: Data): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  const record = asRecord(value);
  if (record === undefined) return String(value);
  const entries = Object.entries(record).map(([key, item]) => `'${key}': ${pythonRepr(item)}`);
  return `{${entries.join(', ')}}`;
}

/** A text as Python's `repr` writes it: in single quotes, unless it holds those and no double ones. */
function pythonRepr(value: Data): string {
  if (typeof value !== 'string') return pythonText(value);
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  if (value.includes("'") && !value.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}

/** The part of a generic test's unique id that tells apart two tests of one name, as dbt makes it. */
export function testHash(name: string, metadata: DataRecord): string {
  const text = `${name}${pythonRepr(asTextTree(metadata))}`;
  return createHash('md5').update(text).digest('hex').slice(-10);
}

/** Keys in order, and every value as text. */
function asTextTree(value: Data): Data {
  if (Array.isArray(value)) return value.map(asTextTree);
  const record = asRecord(value);
  if (record === undefined) return pythonText(value);
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, asTextTree(record[key] ?? null)]),
  );
}
