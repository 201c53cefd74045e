import { compilationError, type Token } from '../../../../sql/index.ts';
import type { Piece } from './nodes.ts';
import type { Scope } from './scope.ts';
import { cellValue, literalOf, type ScriptValue } from './values.ts';

/** In a SQL statement `:name` is a variable; in an expression the bare name is one, too, but not inside its subqueries. */
export type Place = 'sql' | 'expression';

/**
 * A piece as SQL text with the values of the scope's variables written in. Comments between its tokens are left out.
 */
export function substitute(piece: Piece, scope: Scope, place: Place): string {
  const { tokens } = piece;
  const parts: string[] = [];
  const queries: boolean[] = [];
  let before: Token | undefined;
  for (let index = 0; index < tokens.length; ) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.kind === 'symbol' && token.value === '(') queries.push(startsQuery(tokens[index + 1]));
    if (token.kind === 'symbol' && token.value === ')') queries.pop();
    const bare = place === 'expression' && !queries.includes(true);
    const found = variableAt(tokens, index, scope, bare);
    const text = found === undefined ? token.text : literalOf(found.value);
    parts.push(before === undefined || before.end === token.start ? '' : ' ', text);
    index += found?.length ?? 1;
    before = tokens[index - 1];
  }
  return parts.join('');
}

function startsQuery(token: Token | undefined): boolean {
  return token?.kind === 'word' && (token.value === 'SELECT' || token.value === 'WITH');
}

interface Found {
  readonly value: ScriptValue;
  /** Tokens it takes. */
  readonly length: number;
}

function variableAt(tokens: readonly Token[], index: number, scope: Scope, bare: boolean): Found | undefined {
  const token = tokens[index];
  const before = tokens[index - 1];
  if (token?.kind === 'symbol' && token.value === ':' && isBind(before, token)) {
    const name = tokens[index + 1];
    if (name === undefined || name.start !== token.end) return undefined;
    const found = valueAt(tokens, index + 1, scope);
    if (found === undefined) throw compilationError(`Bind variable :${name.text} not set.`, '002049');
    return { value: found.value, length: found.length + 1 };
  }
  if (!bare || (token?.kind !== 'word' && token?.kind !== 'quoted')) return undefined;
  if (before?.kind === 'symbol' && (before.value === '.' || before.value === ':')) return undefined;
  const after = tokens[index + 1];
  if (after?.kind === 'symbol' && (after.value === '(' || after.value === '=>')) return undefined;
  return valueAt(tokens, index, scope);
}

/** A colon right behind an operand is a path into a VARIANT. */
function isBind(before: Token | undefined, colon: Token): boolean {
  if (before === undefined || before.end !== colon.start) return true;
  return before.kind === 'symbol' && before.value !== ')' && before.value !== ']';
}

/** The variable named at `index`, or the column of a loop's row: `row.COLUMN`. */
function valueAt(tokens: readonly Token[], index: number, scope: Scope): Found | undefined {
  const entry = scope.find(tokens[index]?.value ?? '');
  if (entry?.kind === 'variable') return { value: entry.value, length: 1 };
  if (entry?.kind !== 'row' || tokens[index + 1]?.value !== '.') return undefined;
  const column = tokens[index + 2]?.value;
  const at = entry.result.columns.findIndex(({ name }) => name === column);
  if (at < 0)
    throw compilationError(
      `invalid identifier '${tokens[index]?.text}.${tokens[index + 2]?.text}'`,
      '000904',
    );
  return { value: cellValue(entry.result, entry.row, at), length: 3 };
}
