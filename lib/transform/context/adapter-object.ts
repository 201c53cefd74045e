import {
  Attributes,
  type CallableObject,
  callable,
  JinjaObject,
  type Macro,
  toHost,
  tuple,
} from '../../jinja/index.ts';
import { quote } from '../relation.ts';
import { toData } from '../values.ts';
import {
  checkSnapshotTarget,
  grantsByPrivilege,
  hardDeletesBehavior,
  typeOfValues,
} from './adapter-helpers.ts';
import { ColumnObject } from './column-object.ts';
import { type ConstraintContext, columnDefinitions, tableConstraints } from './constraints.ts';
import { compilerError } from './exceptions.ts';
import type { BoundMacros, MacroRegistry } from './macros.ts';
import { RelationObject } from './relation-object.ts';
import { ResultTable } from './result-table.ts';
import type { WarehouseAccess } from './session.ts';

export interface AdapterParts {
  readonly registry: MacroRegistry;
  readonly macros: BoundMacros;
  /** Package of the node that is rendered. */
  readonly packageName: string;
  readonly constraints: ConstraintContext;
  /** Absent while the project is parsed: then questions to the warehouse have empty answers. */
  readonly session?: WarehouseAccess;
}

/** `adapter` of the templates. */
export class AdapterObject extends JinjaObject {
  readonly #parts: AdapterParts;

  constructor(parts: AdapterParts) {
    super();
    this.#parts = parts;
  }

  override get typeName(): string {
    return 'adapter';
  }

  override getAttribute(name: string): unknown {
    switch (name) {
      case 'dispatch':
        return callable(
          name,
          ['macro_name', 'macro_namespace?', 'packages?'],
          (macro: string, namespace?: string | null, packages?: unknown) => {
            if (packages == null) return this.#dispatch(macro, namespace ?? null);
            throw compilerError(
              `adapter.dispatch("${macro}") is called with packages=, which is gone from dbt since 1.0`,
              'Give the package as the second argument, and set `dispatch:` in dbt_project.yml to search others first.',
            );
          },
        );
      case 'quote':
        return callable(name, ['identifier'], (identifier: string) => quote(identifier));
      case 'quote_as_configured':
        return callable(name, ['identifier', 'quote_key'], (identifier: string) => identifier);
      case 'quote_seed_column':
        return callable(name, ['column', 'quote_config?'], (column: string, quoted?: boolean) =>
          quoted === true ? quote(column) : column,
        );
      case 'type':
        return callable(name, [], () => 'snowflake');
      case 'get_incremental_strategy_macro':
        return callable(name, ['context', 'strategy'], (_: unknown, strategy: string) =>
          this.#strategy(strategy),
        );
      case 'valid_incremental_strategies':
        return callable(name, [], () => [
          'append',
          'merge',
          'delete+insert',
          'insert_overwrite',
          'microbatch',
        ]);
      case 'get_hard_deletes_behavior':
        return callable(name, ['config'], hardDeletesBehavior);
      case 'standardize_grants_dict':
        return callable(name, ['grants_table'], grantsByPrivilege);
      case 'convert_type':
        return callable(name, ['agate_table', 'col_idx'], typeOfValues);
      case 'behavior':
        return behavior;
      case 'commit':
      case 'clear_transaction':
      case 'cache_added':
      case 'cache_dropped':
      case 'cache_renamed':
      case 'cache_new_relation':
      case 'verify_database':
        return callable(name, ['*rest', '**named'], () => '');
      case 'render_raw_columns_constraints':
        return callable(name, ['raw_columns'], (columns: unknown) =>
          columnDefinitions(toData(toHost(columns)), this.#parts.constraints),
        );
      case 'render_raw_model_constraints':
        return callable(name, ['raw_constraints'], (constraints: unknown) =>
          tableConstraints(toData(toHost(constraints)), this.#parts.constraints),
        );
      default:
        return this.#warehouseMethod(name);
    }
  }

  #warehouseMethod(name: string): unknown {
    const { session } = this.#parts;
    switch (name) {
      case 'execute':
      case 'add_query':
      case 'run_sql_for_tests':
        return callable(name, ['sql', '*rest', '**named'], (sql: string) =>
          session === undefined ? tuple('', new ResultTable([], [])) : answerOf(session, sql),
        );
      case 'get_relation':
        return callable(
          name,
          ['database', 'schema', 'identifier'],
          (...[database, schema, identifier]: string[]) =>
            session === undefined || !identifier
              ? null
              : session.relation(
                  new RelationObject({ database: database ?? null, schema: schema ?? null, identifier }),
                ),
        );
      case 'list_relations':
        return callable(name, ['database', 'schema'], (database: string, schema: string) =>
          session === undefined ? [] : session.relations(new RelationObject({ database, schema })),
        );
      case 'list_relations_without_caching':
        return callable(name, ['schema_relation'], (schema: RelationObject) =>
          session === undefined ? [] : session.relations(schema),
        );
      case 'check_schema_exists':
        return callable(name, ['database', 'schema'], (database: string, schema: string) =>
          session === undefined ? false : session.schemaExists(new RelationObject({ database, schema })),
        );
      case 'get_columns_in_relation':
        return callable(name, ['relation'], (relation: unknown) =>
          session === undefined ? [] : session.columns(asRelation(relation, name)),
        );
      case 'get_column_schema_from_query':
        return callable(name, ['sql'], (sql: string) =>
          session === undefined ? [] : columnsOfQuery(session, sql),
        );
      case 'valid_snapshot_target':
        return callable(name, ['relation', 'column_names?'], (relation: unknown, names: unknown) =>
          session === undefined ? '' : checkSnapshotTarget(session, asRelation(relation, name), names),
        );
      case 'assert_valid_snapshot_target_given_strategy':
        return callable(
          name,
          ['relation', 'column_names', 'strategy'],
          (relation: unknown, names: unknown, strategy: unknown) =>
            session === undefined
              ? ''
              : checkSnapshotTarget(session, asRelation(relation, name), names, strategy),
        );
      case 'get_missing_columns':
        return callable(name, ['from_relation', 'to_relation'], (from: unknown, to: unknown) =>
          session === undefined ? [] : missingColumns(session, asRelation(from, name), asRelation(to, name)),
        );
      case 'expand_target_column_types':
        return callable(name, ['from_relation', 'to_relation'], (from: unknown, to: unknown) =>
          this.#widenColumns(asRelation(from, name), asRelation(to, name)),
        );
      case 'create_schema':
      case 'drop_schema':
      case 'drop_relation':
      case 'truncate_relation':
        return callable(name, ['relation'], (relation: unknown) => this.#runMacro(name, [relation]));
      case 'rename_relation':
        return callable(name, ['from_relation', 'to_relation'], (from: unknown, to: unknown) =>
          this.#runMacro(name, [from, to]),
        );
      default:
        return undefined;
    }
  }

  #dispatch(name: string, namespace: string | null): Macro {
    const { registry, macros, packageName } = this.#parts;
    if (name.includes('.')) {
      throw compilerError(
        `adapter.dispatch("${name}") has a dot in the macro's name`,
        `Give the package as the second argument: adapter.dispatch('${name.split('.')[1]}', '${name.split('.')[0]}').`,
      );
    }
    const found = registry.dispatch(name, namespace, packageName);
    if ('tried' in found) {
      throw compilerError(
        `adapter.dispatch("${name}") finds no implementation`,
        `Looked for: ${found.tried.join(', ')}.`,
      );
    }
    return macros.bind(found);
  }

  /** The macro that writes an incremental strategy's SQL: `merge`, `delete+insert`, or a project's own. */
  #strategy(strategy: string): Macro {
    const { registry, macros, packageName } = this.#parts;
    const name = `get_incremental_${strategy.replaceAll('+', '_')}_sql`;
    const found = registry.find(name, packageName);
    if (found === undefined) {
      throw compilerError(
        `incremental_strategy "${strategy}" is unknown`,
        `There are append, merge, delete+insert, insert_overwrite and microbatch; a macro ${name} would add it.`,
      );
    }
    return macros.bind(found);
  }

  /** Makes texts of a table as wide as those that are to be put into it. */
  async #widenColumns(from: RelationObject, to: RelationObject): Promise<string> {
    const { session, registry, macros, packageName } = this.#parts;
    if (session === undefined) return '';
    const wanted = new Map((await session.columns(from)).map((column) => [column.name, column]));
    for (const column of await session.columns(to)) {
      const wider = wanted.get(column.name);
      if (wider === undefined || !column.canExpandTo(wider)) continue;
      const change = registry.find('alter_column_type', packageName);
      if (change === undefined) throw compilerError('there is no macro alter_column_type');
      await macros.bind(change).callAsync([to, column.name, wider.dataType]);
    }
    return '';
  }

  /** Changes a relation through the macro that projects may override, and takes note of what has changed. */
  async #runMacro(name: string, args: readonly unknown[]): Promise<string> {
    const { session, registry, macros, packageName } = this.#parts;
    if (session === undefined) return '';
    const found = registry.find(name, packageName);
    if (found === undefined) throw compilerError(`there is no macro ${name}`);
    await macros.bind(found).callAsync(args);
    const [relation, to] = args.map((arg) => asRelation(arg, name));
    if (relation !== undefined) noteChange(session, name, relation, to);
    return '';
  }
}

function noteChange(
  session: WarehouseAccess,
  change: string,
  relation: RelationObject,
  to: RelationObject | undefined,
): void {
  if (change === 'truncate_relation') return;
  if (change === 'drop_relation') session.gone(relation);
  else if (change === 'rename_relation' && to !== undefined) {
    session.gone(relation);
    session.made(to.with({ type: relation.type }));
  } else session.forget(relation);
}

/**
 * `context` of the templates: all names of the node, to be found by a name that is only known while it runs, and to be replaced
 * for the rest of the node.
 */
export class ContextObject extends JinjaObject implements CallableObject {
  readonly #resolve: (name: string) => unknown;
  readonly #replace: (name: string, value: unknown) => void;

  constructor(resolve: (name: string) => unknown, replace: (name: string, value: unknown) => void) {
    super();
    this.#resolve = resolve;
    this.#replace = replace;
  }

  override get typeName(): string {
    return 'context';
  }

  call(args: readonly unknown[]): unknown {
    return this.getItem(args[0]) ?? null;
  }

  override getItem(key: unknown): unknown {
    return typeof key === 'string' ? this.#resolve(key) : undefined;
  }

  override getAttribute(name: string): unknown {
    if (name === 'update') {
      return callable(
        name,
        ['names?', '**named'],
        (names: unknown, named: Readonly<Record<string, unknown>>) => {
          const given = names instanceof Map ? [...names] : [];
          for (const [key, value] of [...given, ...Object.entries(named)]) this.#replace(String(key), value);
          return null;
        },
      );
    }
    if (name !== 'get') return undefined;
    return callable(
      name,
      ['key', 'default?'],
      (key: string, otherwise: unknown = null) => this.#resolve(key) ?? otherwise,
    );
  }
}

/** Switches of dbt-snowflake that change what it does from one version to the next; all are off here. */
const behavior = new Attributes(
  Object.fromEntries(
    ['enable_iceberg_materializations', 'enable_truncate_for_full_refresh'].map((flag) => [
      flag,
      new Attributes({ setting: false, no_warn: false }, 'BehaviorFlag'),
    ]),
  ),
  'behavior',
);

async function columnsOfQuery(session: WarehouseAccess, sql: string): Promise<ColumnObject[]> {
  const { columns = [] } = await session.execute(sql);
  return columns.map((column) => ColumnObject.ofResult(column));
}

async function missingColumns(
  session: WarehouseAccess,
  from: RelationObject,
  to: RelationObject,
): Promise<ColumnObject[]> {
  const there = new Set((await session.columns(to)).map((column) => column.name));
  return (await session.columns(from)).filter((column) => !there.has(column.name));
}

async function answerOf(session: WarehouseAccess, sql: string): Promise<unknown> {
  const result = await session.execute(sql);
  return tuple(result.response, result.table);
}

function asRelation(value: unknown, name: string): RelationObject {
  if (value instanceof RelationObject) return value;
  throw compilerError(
    `adapter.${name} needs a relation`,
    'Give it ref(…), source(…), this, or api.Relation.create(…).',
  );
}
