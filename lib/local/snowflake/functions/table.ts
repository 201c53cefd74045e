import {
  type Call,
  Cursor,
  compilationError,
  type Expression,
  fixed,
  NUMBER,
  parseExpression,
  TEXT,
  unsupported,
  VARIANT,
} from '../../../sql/index.ts';
import { literal } from '../names.ts';
import { textOf } from '../translate/casts.ts';
import { emit, emitPath } from '../translate/expression.ts';
import { asOutputs } from '../translate/from.ts';
import type { Scope, ScopeColumn } from '../translate/scope.ts';
import type { Emitted, OutputColumn, Translation } from '../translate/translation.ts';
import { jsonArgument } from './helpers.ts';
import { emitFunctionRows } from './user.ts';

/** The hidden column that SEQ4() and its kin read. */
export const ROW_NUMBER_COLUMN = '$SEQ';

export interface TableFunction {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
  readonly hidden?: readonly ScopeColumn[];
  readonly lateral: boolean;
  readonly outer: boolean;
}

/** A function in a FROM clause. */
/** `alone`: nothing stands before it in FROM, so that its rows keep their order. */
export function emitTableFunction(
  call: Call,
  scope: Scope,
  translation: Translation,
  alone: boolean,
): TableFunction {
  const resolved = translation.resolved.functions.get(call);
  if (resolved)
    return { sql: `(${resolved.sql})`, columns: asOutputs(resolved.columns), lateral: false, outer: false };
  const inner = (value: Expression) => emit(value, scope, translation);
  switch (call.name) {
    case 'FLATTEN':
      return flatten(call, inner, alone);
    case 'GENERATOR':
      return generator(call, inner);
    case 'SPLIT_TO_TABLE':
    case 'STRTOK_SPLIT_TO_TABLE':
      return splitToTable(call, inner);
    default: {
      const own = translation.resolved.userFunctions.get(call);
      if (own) {
        return emitFunctionRows(
          own,
          call.args.map(({ value }) => inner(value)),
          translation,
        );
      }
      throw unsupported(`the table function ${call.name}`);
    }
  }
}

function argument(call: Call, name: string, position: number): Expression | undefined {
  const named = call.args.find((one) => one.name === name);
  const plain = call.args[position];
  return named?.value ?? (plain?.name === undefined ? plain?.value : undefined);
}

const FLATTENED: readonly OutputColumn[] = [
  { name: 'SEQ', type: NUMBER, nullable: false },
  { name: 'KEY', type: TEXT, nullable: true },
  { name: 'PATH', type: TEXT, nullable: true },
  { name: 'INDEX', type: fixed(38, 0), nullable: true },
  { name: 'VALUE', type: VARIANT, nullable: true },
  { name: 'THIS', type: VARIANT, nullable: true },
];

function isTrue(value: Expression | undefined): boolean {
  return value?.kind === 'boolean' && value.value;
}

function flatten(call: Call, inner: (value: Expression) => Emitted, alone: boolean): TableFunction {
  const input = argument(call, 'INPUT', 0);
  if (input === undefined) throw compilationError('FLATTEN needs INPUT', '000938');
  const path = argument(call, 'PATH', 1);
  const mode = argument(call, 'MODE', 4);
  const recursive = isTrue(argument(call, 'RECURSIVE', 3));
  let value: Emitted = { sql: jsonArgument(inner(input)), type: VARIANT };
  let prefix = '';
  if (path?.kind === 'text') {
    prefix = path.value;
    const parsed = parseExpression(Cursor.over(`x:${path.value}`));
    if (parsed.kind === 'path') value = emitPath(value, parsed.steps, inner);
  }
  const kind = mode?.kind === 'text' ? mode.value.toUpperCase() : 'BOTH';
  const kinds = kind === 'ARRAY' ? `'ARRAY'` : kind === 'OBJECT' ? `'OBJECT'` : `'ARRAY', 'OBJECT'`;
  const full = `substr(e.fullkey, 2)`;
  const cleaned = recursive
    ? `CASE WHEN ${full} LIKE '.%' THEN substr(${full}, 2) ELSE ${full} END`
    : `CASE WHEN regexp_full_match(e.fullkey, '.*\\[\\d+\\]') THEN '[' || e.key || ']' ELSE e.key END`;
  const pathSql =
    prefix === ''
      ? cleaned
      : `${literal(prefix)} || CASE WHEN ${cleaned} LIKE '[%' THEN '' ELSE '.' END || ${cleaned}`;
  const inArray = `regexp_full_match(e.fullkey, '.*\\[\\d+\\]')`;
  const sql = `(SELECT CAST(1 AS BIGINT) AS "SEQ",
      CASE WHEN NOT ${inArray} THEN e.key END AS "KEY", ${pathSql} AS "PATH",
      CASE WHEN ${inArray} THEN CAST(e.key AS BIGINT) END AS "INDEX", e.value AS "VALUE", x.i AS "THIS"
    FROM (SELECT ${value.sql} AS i) AS x, ${recursive ? 'json_tree' : 'json_each'}(x.i) AS e
    WHERE json_type(x.i) IN (${kinds})${recursive ? " AND e.fullkey <> '$'" : ''}${alone ? ' ORDER BY e.id' : ''})`;
  return { sql, columns: FLATTENED, lateral: true, outer: isTrue(argument(call, 'OUTER', 2)) };
}

function generator(call: Call, inner: (value: Expression) => Emitted): TableFunction {
  const rows = argument(call, 'ROWCOUNT', 0);
  if (rows === undefined) throw unsupported('GENERATOR with TIMELIMIT only');
  return {
    sql: `(SELECT range AS "${ROW_NUMBER_COLUMN}" FROM range(CAST(${inner(rows).sql} AS BIGINT)))`,
    columns: [],
    hidden: [{ name: ROW_NUMBER_COLUMN, type: NUMBER, nullable: false }],
    lateral: false,
    outer: false,
  };
}

function splitToTable(call: Call, inner: (value: Expression) => Emitted): TableFunction {
  const [text, separator] = call.args.map((one) => textOf(inner(one.value)));
  return {
    sql: `(SELECT CAST(1 AS BIGINT) AS "SEQ", CAST(p.i AS BIGINT) AS "INDEX", p.parts[p.i] AS "VALUE"
      FROM (SELECT s.parts, unnest(generate_series(1, len(s.parts))) AS i
        FROM (SELECT string_split(${text}, ${separator ?? `' '`}) AS parts) AS s) AS p)`,
    columns: [
      { name: 'SEQ', type: NUMBER, nullable: false },
      { name: 'INDEX', type: NUMBER, nullable: false },
      { name: 'VALUE', type: TEXT, nullable: true },
    ],
    lateral: true,
    outer: false,
  };
}
