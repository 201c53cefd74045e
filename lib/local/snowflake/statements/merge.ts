import {
  Cursor,
  compilationError,
  type Expression,
  parseExpression,
  parseFromItem,
  SqlError,
  unsupported,
} from '../../../sql/index.ts';
import { StatementContext } from '../context.ts';
import { duckTable, quote } from '../names.ts';
import type { StatementHandler } from '../statement.ts';
import { assignTo } from '../translate/casts.ts';
import { asCondition, emit } from '../translate/expression.ts';
import { emitFrom } from '../translate/from.ts';
import { beginTranslation } from '../translate/index.ts';
import type { Scope } from '../translate/scope.ts';
import type { Translation } from '../translate/translation.ts';
import {
  type Assignment,
  consume,
  emitAssignments,
  parseAssignments,
  type Target,
  targetColumn,
  targetScope,
  targetTable,
  writing,
} from './dml.ts';
import { counted } from './result.ts';

type Action =
  | { readonly kind: 'update'; readonly assignments: readonly Assignment[] }
  | { readonly kind: 'delete' }
  | { readonly kind: 'insert'; readonly columns: readonly string[]; readonly values: readonly Expression[] };

interface Branch {
  readonly matched: boolean;
  readonly condition: Expression | undefined;
  readonly action: Action;
}

/** MERGE INTO t USING s ON … WHEN [NOT] MATCHED [AND …] THEN …. */
export const mergeHandler: StatementHandler = {
  heads: ['MERGE'],
  async run(context, statement) {
    const core = StatementContext.of(context);
    const cursor = new Cursor(statement);
    cursor.expectWord('MERGE', 'INTO');
    const found = await targetTable(core, cursor);
    cursor.takeWord('AS');
    const alias = cursor.isWord('USING') ? found.name.name : cursor.identifier().name;
    const target: Target = { ...found, alias };
    cursor.expectWord('USING');
    const source = parseFromItem(cursor);
    cursor.expectWord('ON');
    const on = parseExpression(cursor);
    const branches: Branch[] = [];
    while (cursor.takeWord('WHEN')) branches.push(parseBranch(cursor, target));
    cursor.expectEnd();
    const translation = await beginTranslation(core, [source, on, branches]);
    const scope = targetScope(target);
    const from = emitFrom([source], scope, translation);
    const condition = asCondition(emit(on, scope, translation));
    const matched = branches.filter((branch) => branch.matched);
    const applies = matched.map(
      (branch) => branch.condition && asCondition(emit(branch.condition, scope, translation)),
    );
    await refuseDuplicates(core, target, from, condition, applies);
    const parts = branches.map((branch) => emitBranch(branch, target, scope, translation));
    const sql = `MERGE INTO ${duckTable(target.name)} AS ${quote(alias)} USING ${from} ON ${condition} ${parts.join(' ')} RETURNING merge_action`;
    const reader = await writing(core, { kind: 'MERGE', table: target.name }, () =>
      core.duck.runAndReadAll(sql),
    );
    const counts = new Map<string, number>();
    for (const [action] of reader.getRowsJS())
      counts.set(String(action), (counts.get(String(action)) ?? 0) + 1);
    await consume(core, translation);
    const has = (kind: Action['kind']) => branches.some(({ action }) => action.kind === kind);
    return counted({
      ...(has('insert') ? { inserted: counts.get('INSERT') ?? 0 } : {}),
      ...(has('update') ? { updated: counts.get('UPDATE') ?? 0 } : {}),
      ...(has('delete') ? { deleted: counts.get('DELETE') ?? 0 } : {}),
    });
  },
};

function parseBranch(cursor: Cursor, target: Target): Branch {
  const matched = !cursor.takeWord('NOT');
  cursor.expectWord('MATCHED');
  const condition = cursor.takeWord('AND') ? parseExpression(cursor) : undefined;
  cursor.expectWord('THEN');
  if (cursor.takeWord('DELETE')) return { matched, condition, action: { kind: 'delete' } };
  if (cursor.takeWord('UPDATE')) {
    if (cursor.takeWord('ALL', 'BY', 'NAME')) throw unsupported('UPDATE ALL BY NAME');
    cursor.expectWord('SET');
    return { matched, condition, action: { kind: 'update', assignments: parseAssignments(cursor, target) } };
  }
  cursor.expectWord('INSERT');
  if (cursor.takeWord('ALL', 'BY', 'NAME')) throw unsupported('INSERT ALL BY NAME');
  const columns = cursor.isSymbol('(')
    ? cursor.list(() => cursor.name().at(-1)?.name ?? '')
    : target.columns.map((column) => column.name);
  cursor.expectWord('VALUES');
  const values = cursor.list(() => parseExpression(cursor));
  if (values.length !== columns.length) {
    throw compilationError(
      `Insert value list does not match column list expecting ${columns.length} but got ${values.length}`,
      '002020',
      '21S01',
    );
  }
  return { matched, condition, action: { kind: 'insert', columns, values } };
}

/** In Snowflake a target row that several source rows would change is an error. `applies`: when each branch does. */
async function refuseDuplicates(
  core: StatementContext,
  target: Target,
  from: string,
  condition: string,
  applies: readonly (string | undefined)[],
): Promise<void> {
  if (applies.length === 0) return;
  const conditions = applies.filter((one) => one !== undefined);
  const where = conditions.length < applies.length ? '' : ` WHERE ${conditions.join(' OR ')}`;
  const reader = await core.duck.runAndReadAll(
    `SELECT 1 FROM ${duckTable(target.name)} AS ${quote(target.alias)} JOIN ${from} ON ${condition}${where}
      GROUP BY ${quote(target.alias)}.rowid HAVING count(*) > 1 LIMIT 1`,
  );
  if (reader.currentRowCount > 0) {
    throw new SqlError('100090', '42P18', 'Duplicate row detected during DML action');
  }
}

/** The scope without the target, which is its first relation. */
function sourceScope(both: Scope): Scope {
  const scope = both.withoutRelations();
  scope.relations.push(...both.relations.slice(1));
  return scope;
}

function emitBranch(branch: Branch, target: Target, both: Scope, translation: Translation): string {
  const { action } = branch;
  // A row that matches nothing has no target row, so its names are the source's.
  const scope = branch.matched ? both : sourceScope(both);
  const extra =
    branch.condition === undefined ? '' : ` AND ${asCondition(emit(branch.condition, scope, translation))}`;
  const head = `WHEN ${branch.matched ? '' : 'NOT '}MATCHED${extra} THEN `;
  if (action.kind === 'delete') return `${head}DELETE`;
  if (action.kind === 'update')
    return `${head}UPDATE SET ${emitAssignments(action.assignments, scope, translation)}`;
  const names = action.columns.map(quote).join(', ');
  const values = action.columns.map((name, index) => {
    const value = action.values[index];
    return value === undefined
      ? 'NULL'
      : assignTo(emit(value, scope, translation), targetColumn(target, name));
  });
  return `${head}INSERT (${names}) VALUES (${values.join(', ')})`;
}
