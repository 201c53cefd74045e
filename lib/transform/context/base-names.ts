import { createHash } from 'node:crypto';
import { parse as parseYamlText, stringify as stringifyYaml } from 'yaml';
import {
  Attributes,
  callable,
  JinjaObject,
  PythonSet,
  printValue,
  toHost,
  tuple,
} from '../../jinja/index.ts';
import { customEnvironment, dbtVersion } from '../artifacts/results.ts';
import { ColumnObject, numericType, stringType, translateType } from './column-object.ts';
import { compilerError, ExceptionsObject } from './exceptions.ts';
import { pythonModules } from './modules.ts';
import { PythonDate } from './python-dates.ts';
import { isRelationType, pathOf, RelationObject } from './relation-object.ts';
import type { Scope } from './scope.ts';

/** What of a scope the names below stand for. */
export type BaseScope = Omit<Scope, 'registry' | 'variables' | 'graph'>;

/** The names that every template of a run sees, whatever node it belongs to. */
export function baseNames(scope: BaseScope): ReadonlyMap<string, unknown> {
  const { target } = scope;
  return new Map<string, unknown>([
    ['target', targetObject(scope)],
    // Only what fetches packages has a use for secrets.
    ['env_var', envVar(scope.env, scope.command === 'deps')],
    ['modules', pythonModules(() => scope.startedAt)],
    ['exceptions', new ExceptionsObject((message) => warn(scope, message))],
    ['api', apiObject()],
    ['flags', flagsObject(scope)],
    ['invocation_id', scope.invocationId],
    ['run_started_at', new PythonDate(scope.startedAt, 'datetime')],
    ['dbt_version', dbtVersion],
    ['project_name', scope.rootPackage],
    ['schema', target.schema],
    ['database', target.database],
    ['thread_id', 'Thread-1'],
    ['dbt_metadata_envs', customEnvironment(scope.env)],
    ['env', targetObject(scope)],
    ['column', apiColumn],
    ['invocation_args_dict', argumentsOf(scope)],
    ['validation', validation],
    ...functions(scope),
  ]);
}

function functions(scope: BaseScope): [string, unknown][] {
  const entry = (name: string, parameters: readonly string[], body: (...args: never[]) => unknown) =>
    [name, callable(name, parameters, body)] as [string, unknown];
  return [
    entry('log', ['msg', 'info?'], (message: unknown, info?: boolean) => {
      if (info === true) scope.say(printValue(message));
      return '';
    }),
    entry('print', ['msg'], (message: unknown) => {
      scope.say(printValue(message));
      return '';
    }),
    entry('fromjson', ['string', 'default?'], (text: string, otherwise: unknown = null) =>
      parsedOr(() => JSON.parse(text), otherwise),
    ),
    entry('tojson', ['value', 'default?', 'sort_keys?'], (value: unknown, otherwise: unknown = null) =>
      parsedOr(() => pythonJson(toHost(value)), otherwise),
    ),
    entry('fromyaml', ['value', 'default?'], (text: string, otherwise: unknown = null) =>
      parsedOr(() => parseYamlText(text), otherwise),
    ),
    entry('toyaml', ['value', 'default?', 'sort_keys?'], (value: unknown, otherwise: unknown = null) =>
      parsedOr(() => stringifyYaml(toHost(value)), otherwise),
    ),
    entry('local_md5', ['value'], (value: unknown) =>
      createHash('md5').update(printValue(value)).digest('hex'),
    ),
    entry('set', ['value', 'default?'], (value: unknown, otherwise: unknown = null) =>
      parsedOr(() => setOf(value), otherwise),
    ),
    entry('set_strict', ['value'], setOf),
    // dbt's own `write` keeps a file for debugging.
    entry('write', ['payload'], () => ''),
    entry('zip', ['*lists'], zip),
    entry('zip_strict', ['*lists'], zip),
    entry('diff_of_two_dicts', ['dict_a', 'dict_b'], (a: ReadonlyMap<string, unknown[]>, b: typeof a) =>
      difference(a, b),
    ),
  ];
}

/** The members of a list, a set or a table's column, each once. */
function setOf(value: unknown): PythonSet {
  const members = value instanceof JinjaObject ? value.iterate() : value;
  if (typeof members === 'object' && members !== null && Symbol.iterator in members) {
    return PythonSet.from(members as Iterable<unknown>);
  }
  throw compilerError('a set is made of something that can be looped over');
}

function parsedOr(make: () => unknown, otherwise: unknown): unknown {
  try {
    return make();
  } catch {
    return otherwise;
  }
}

/** JSON with a blank after every comma and colon, as Python writes it. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function zip(lists: readonly (readonly unknown[])[]): unknown[] {
  const length = Math.min(...lists.map((list) => list.length));
  if (!Number.isFinite(length)) return [];
  return Array.from({ length }, (_, index) => tuple(...lists.map((list) => list[index])));
}

function difference(
  a: ReadonlyMap<string, readonly unknown[]>,
  b: ReadonlyMap<string, readonly unknown[]>,
): Map<string, unknown[]> {
  const result = new Map<string, unknown[]>();
  const lower = new Map(
    [...b].map(([key, values]) => [key.toLowerCase(), values.map((value) => printValue(value))]),
  );
  for (const [key, values] of a) {
    const others = lower.get(key.toLowerCase()) ?? [];
    const left = values.filter(
      (value) => !others.some((other) => other.toLowerCase() === printValue(value).toLowerCase()),
    );
    if (left.length > 0) result.set(key, left);
  }
  return result;
}

function targetObject({ target }: BaseScope): Record<string, unknown> {
  return {
    name: target.name,
    target_name: target.name,
    type: 'snowflake',
    profile_name: target.profile,
    database: target.database,
    dbname: target.database,
    schema: target.schema,
    warehouse: target.warehouse,
    role: target.role,
    threads: target.threads,
  };
}

/** Variables of this name are never shown, so nothing may be made of them. */
const secretPrefix = 'DBT_ENV_SECRET';

/** @param withSecrets whether secret variables may be read */
export function envVar(env: NodeJS.ProcessEnv, withSecrets = false): unknown {
  return callable('env_var', ['name', 'default?'], (name: string, otherwise?: unknown) => {
    if (!withSecrets && name.startsWith(secretPrefix)) {
      throw compilerError(
        `The environment variable "${name}" is a secret, and may only be used in packages.yml`,
        'Give it another name if it is none: what templates make ends up in SQL, logs and artifacts.',
      );
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined) return value;
    if (otherwise !== undefined) return printValue(otherwise);
    throw compilerError(
      `The environment variable "${name}" is not set`,
      'Set it, or give env_var() a default.',
    );
  });
}

function warn(scope: BaseScope, message: string): void {
  if (scope.warn === undefined) scope.say(`Warning: ${message}`);
  else scope.warn(message);
}

function flagsObject(scope: BaseScope): unknown {
  return new Attributes(flagValues(scope), 'flags');
}

/** What `flags` of the templates says. */
export function flagValues({
  flags = {},
  fullRefresh,
  command,
}: Pick<Scope, 'flags' | 'fullRefresh' | 'command'>): Readonly<Record<string, unknown>> {
  return {
    FULL_REFRESH: fullRefresh,
    STORE_FAILURES: flags.storeFailures ?? false,
    WHICH: command,
    WARN_ERROR: flags.warnError?.error === 'all',
    EMPTY: flags.empty ?? false,
    FAIL_FAST: flags.failFast ?? false,
    DEFER: flags.defer ?? false,
    FAVOR_STATE: flags.favorState ?? false,
    INDIRECT_SELECTION: flags.indirectSelection ?? 'eager',
    EVENT_TIME_START: flags.eventTimeStart ?? null,
    EVENT_TIME_END: flags.eventTimeEnd ?? null,
    INVOCATION_COMMAND: `dbt ${command}`,
    PRINT: true,
  };
}

function apiObject(): unknown {
  const relation = new CallableNamespace('Relation', {
    create: callable('create', ['database?', 'schema?', 'identifier?', 'type?', '**others'], createRelation),
    Table: 'table',
    View: 'view',
    CTE: 'cte',
    External: 'external',
    get_relation_type: new Attributes(
      { Table: 'table', View: 'view', CTE: 'cte', External: 'external' },
      'RelationType',
    ),
  });
  return new Attributes({ Relation: relation, Column: apiColumn }, 'api');
}

function createRelation(
  database: string | null | undefined,
  schema: string | null | undefined,
  identifier: string | null | undefined,
  type: unknown,
  others: Readonly<Record<string, unknown>>,
): RelationObject {
  return new RelationObject({
    database: database ?? null,
    schema: schema ?? null,
    identifier: identifier ?? null,
    ...pathOf(others.path),
    type: isRelationType(type) ? type : null,
  });
}

/** A class of dbt's: called to make a value, with functions of its own. */
class CallableNamespace extends Attributes {
  readonly #make: ReturnType<typeof callable> | undefined;

  constructor(
    label: string,
    attributes: Readonly<Record<string, unknown>>,
    make?: ReturnType<typeof callable>,
  ) {
    super(attributes, label);
    this.#make = make;
  }

  call(args: readonly unknown[], keywords: Parameters<ReturnType<typeof callable>['call']>[1]): unknown {
    if (this.#make === undefined)
      throw compilerError(`${this.typeName} is not called; use ${this.typeName}.create`);
    return this.#make.call(args, keywords);
  }
}

/** `api.Column`, which is also `column` to a materialization. */
const apiColumn = new CallableNamespace(
  'Column',
  {
    translate_type: callable('translate_type', ['dtype'], translateType),
    string_type: callable('string_type', ['size'], stringType),
    numeric_type: callable('numeric_type', ['dtype', 'precision', 'scale'], numericType),
    create: callable('create', ['name', 'label_or_dtype'], (name: string, dtype: string) =>
      ColumnObject.described(name, translateType(dtype)),
    ),
  },
  callable(
    'Column',
    ['column', 'dtype', 'char_size?', 'numeric_precision?', 'numeric_scale?'],
    (name: string, dtype: string, characters?: number, precision?: number, scale?: number) =>
      new ColumnObject({
        name,
        dtype,
        characters: characters ?? null,
        precision: precision ?? null,
        scale: scale ?? null,
      }),
  ),
);

/** What a run was started with, by dbt's names. */
function argumentsOf(scope: BaseScope): Record<string, unknown> {
  const { flags = {} } = scope;
  return {
    which: scope.command,
    target: scope.target.name,
    profile: scope.target.profile,
    threads: scope.target.threads,
    full_refresh: scope.fullRefresh,
    select: flags.select ?? [],
    exclude: flags.exclude ?? [],
    vars: flags.vars ?? {},
    invocation_command: `dbt ${scope.command}`,
  };
}

/** `validation.any[…]` says which types a config may have; dbt's own are checked where they are read. */
class AnyType extends JinjaObject {
  override getItem(): unknown {
    return callable('validator', ['value'], () => null);
  }
}

const validation = new Attributes({ any: new AnyType() }, 'validation');
