import { asRecord, asText, type Data, type DataRecord } from '../values.ts';

/** A generic test as a schema file asks for it, whichever way it was written. */
export interface TestRequest {
  /** Package of the test's macro, if it was named. */
  readonly namespace: string | null;
  /** The name of the `{% test %}`: `unique`, `accepted_values`, … */
  readonly test: string;
  /** A name of its own, if it was given one. */
  readonly customName: string | null;
  readonly description: string;
  readonly arguments: DataRecord;
  /** Set when `column_name` stands under `arguments:`, where it goes before the column that the test stands under. */
  readonly namesColumn?: true;
  readonly config: DataRecord;
}

/** Configs that may stand beside the arguments instead of under `config:`. */
export const configKeys: ReadonlySet<string> = new Set([
  'severity',
  'tags',
  'enabled',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'meta',
  'database',
  'schema',
  'alias',
]);

/**
 * Reads one entry of `tests:` or `data_tests:`. Accepted are a name, `{name: arguments}`, and
 * `{test_name: …, name: …, arguments…}`; arguments beside their names or under `arguments:`, configs under `config:` or beside
 * the arguments.
 *
 * @returns the reason as text when the entry cannot be understood
 */
export function readTestRequest(entry: Data): TestRequest | string {
  if (typeof entry === 'string') return request(entry, {});
  const record = asRecord(entry);
  if (record === undefined) return 'a test is a name or a record of its arguments';
  const named = asText(record.test_name);
  if (named !== undefined) {
    const { test_name: _, ...rest } = record;
    return request(named, rest);
  }
  const names = Object.keys(record);
  const [name] = names;
  if (name === undefined || names.length > 1) {
    return `a test is one name with its arguments below it, but ${names.length === 0 ? 'no name was' : `the names ${names.join(', ')} were`} found`;
  }
  const body = record[name];
  if (body === undefined || body === null) return request(name, {});
  const argumentsRecord = asRecord(body);
  if (argumentsRecord === undefined) return `the arguments of the test ${name} are not a record`;
  return request(name, argumentsRecord);
}

function request(spelled: string, body: DataRecord): TestRequest {
  const [first, second] = spelled.split('.', 2);
  const { arguments: nested, ...beside } = body;
  const named = asRecord(nested);
  // As in dbt, what stands under `arguments:` is what it would be beside it: a config there is one as well.
  const all: DataRecord = named === undefined ? body : { ...beside, ...named };
  const collected: Record<string, Data> = {};
  const config: Record<string, Data> = {};
  for (const [key, value] of Object.entries(all)) {
    if (['name', 'description', 'config', 'docs'].includes(key)) continue;
    if (configKeys.has(key)) config[key] = value;
    else collected[key] = value;
  }
  return {
    namespace: second === undefined ? null : (first ?? null),
    test: second ?? first ?? spelled,
    customName: asText(all.name) ?? null,
    description: asText(all.description) ?? '',
    arguments: collected,
    ...(named?.column_name === undefined ? {} : { namesColumn: true as const }),
    config: { ...config, ...asRecord(all.config) },
  };
}
