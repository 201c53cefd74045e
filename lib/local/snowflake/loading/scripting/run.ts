import { compilationError, SqlError } from '../../../../sql/index.ts';
import type { ExecutionContext, StatementResult } from '../../statement.ts';
import type { Block, Branch, Declaration, Handler, Piece, Step } from './nodes.ts';
import { type Entry, Scope } from './scope.ts';
import { substitute } from './substitute.ts';
import { cellValue, nullValue, numberValue, type ScriptValue, textValue } from './values.ts';

/** How a step left: `next` goes on behind it. */
type Outcome =
  | { readonly kind: 'next' | 'break' | 'continue' }
  | { readonly kind: 'return'; readonly result: StatementResult };

const goOn: Outcome = { kind: 'next' };

/** An exception that a script declared and raised. */
class ScriptException extends SqlError {
  readonly exception: string;

  constructor(name: string, code: number, message: string) {
    super(String(code), 'P0001', message);
    this.exception = name;
  }
}

/**
 * Runs a block. Each of its SQL statements runs in the context's session, in the transaction that is open.
 *
 * @param parameters values of a procedure's arguments, by name
 * @returns what RETURN gave, or NULL
 */
export async function runBlock(
  context: ExecutionContext,
  block: Block,
  parameters: ReadonlyMap<string, ScriptValue> = new Map(),
): Promise<StatementResult> {
  const run = new ScriptRun(context);
  const scope = new Scope();
  for (const [name, value] of parameters) scope.declare(name, { kind: 'variable', value, type: undefined });
  run.setRowCount(scope, undefined);
  const outcome = await run.block(block, scope);
  return outcome.kind === 'return' ? outcome.result : returned(nullValue);
}

function returned({ type, value }: ScriptValue): StatementResult {
  return { columns: [{ name: 'anonymous block', type, nullable: true }], rows: [[value]] };
}

class ScriptRun {
  readonly #context: ExecutionContext;
  /** Where SQLROWCOUNT and its like are kept: the outermost scope. */
  #globals: Scope | undefined;

  constructor(context: ExecutionContext) {
    this.#context = context;
  }

  async block(block: Block, outer: Scope): Promise<Outcome> {
    const scope = new Scope(outer);
    try {
      for (const declaration of block.declarations) await this.#declare(declaration, scope);
      return await this.#steps(block.steps, scope);
    } catch (error) {
      const handler = error instanceof SqlError ? handlerOf(block.handlers, error) : undefined;
      if (handler === undefined || !(error instanceof SqlError) || this.#context.signal.aborted) throw error;
      const inside = new Scope(scope);
      inside.declare('SQLCODE', variable(numberValue(Number(error.number))));
      inside.declare('SQLERRM', variable(textValue(error.message)));
      inside.declare('SQLSTATE', variable(textValue(error.sqlState)));
      return await this.#steps(handler.steps, inside, error);
    }
  }

  /** @param caught what RAISE without a name raises again */
  async #steps(steps: readonly Step[], scope: Scope, caught?: SqlError): Promise<Outcome> {
    for (const step of steps) {
      this.#context.signal.throwIfAborted();
      const outcome = await this.#step(step, scope, caught);
      if (outcome.kind !== 'next') return outcome;
    }
    return goOn;
  }

  async #step(step: Step, scope: Scope, caught: SqlError | undefined): Promise<Outcome> {
    switch (step.kind) {
      case 'block':
        return await this.block(step, scope);
      case 'declare':
        await this.#declare(step.declaration, scope);
        return goOn;
      case 'assign':
        await this.#assign(step.name, step.value, scope);
        return goOn;
      case 'sql':
        await this.#sql(step.statement, step.into, scope);
        return goOn;
      case 'execute':
        await this.#execute(step.sql, step.using, scope);
        return goOn;
      case 'if':
        return await this.#steps(await this.#chosen(step.branches, step.otherwise, scope), scope, caught);
      case 'forRows':
        return await this.#forRows(step, scope, caught);
      case 'forRange':
        return await this.#forRange(step, scope, caught);
      case 'while':
        return await this.#loop(step.steps, scope, caught, { before: step.condition });
      case 'repeat':
        return await this.#loop(step.steps, scope, caught, { until: step.until });
      case 'loop':
        return await this.#loop(step.steps, scope, caught, {});
      case 'break':
      case 'continue':
        return { kind: step.kind };
      case 'return':
        return { kind: 'return', result: await this.#returned(step.value, scope) };
      case 'raise':
        throw this.#raised(step.name, scope, caught);
      case 'open':
        await this.#open(scope.need('cursor', step.cursor), scope);
        return goOn;
      case 'fetch':
        this.#fetch(step.cursor, step.into, scope);
        return goOn;
      case 'close':
        scope.need('cursor', step.cursor).result = undefined;
        return goOn;
      case 'nothing':
        return goOn;
    }
  }

  async #declare(declaration: Declaration, scope: Scope): Promise<void> {
    const { name } = declaration;
    switch (declaration.kind) {
      case 'variable': {
        const { type, value } = declaration;
        const given = value === undefined ? nullValue : await this.#evaluate(value, scope, type);
        scope.declare(name, { kind: 'variable', value: given, type });
        return;
      }
      case 'resultset': {
        const result = declaration.query ? await this.#query(declaration.query, scope) : undefined;
        scope.declare(name, { kind: 'resultset', result });
        return;
      }
      case 'cursor':
        scope.declare(name, { kind: 'cursor', query: declaration.query, result: undefined, next: 0 });
        return;
      case 'exception':
        scope.declare(name, declaration);
        return;
    }
  }

  async #assign(name: string, value: Piece, scope: Scope): Promise<void> {
    const entry = scope.find(name);
    if (entry?.kind === 'resultset') {
      entry.result = await this.#query(value, scope);
      return;
    }
    const target = scope.need('variable', name);
    target.value = await this.#evaluate(value, scope, target.type);
  }

  async #evaluate(piece: Piece, scope: Scope, type?: string): Promise<ScriptValue> {
    const expression = substitute(piece, scope, 'expression');
    const sql = type === undefined ? `SELECT ${expression}` : `SELECT CAST(${expression} AS ${type})`;
    return cellValue(await this.#context.execute(sql), 0, 0);
  }

  async #holds(condition: Piece, scope: Scope): Promise<boolean> {
    const { value } = await this.#evaluate(condition, scope);
    return value !== null && ['1', 'true'].includes(value.toLowerCase());
  }

  async #chosen(
    branches: readonly Branch[],
    otherwise: readonly Step[],
    scope: Scope,
  ): Promise<readonly Step[]> {
    for (const { condition, steps } of branches) {
      if (await this.#holds(condition, scope)) return steps;
    }
    return otherwise;
  }

  /** `(SELECT …)` or `(EXECUTE IMMEDIATE …)`, with or without the parentheses. */
  async #query(piece: Piece, scope: Scope): Promise<StatementResult> {
    const tokens = piece.tokens[0]?.value === '(' ? piece.tokens.slice(1, -1) : piece.tokens;
    if (tokens[0]?.value === 'EXECUTE' && tokens[1]?.value === 'IMMEDIATE') {
      return await this.#execute({ tokens: tokens.slice(2) }, [], scope);
    }
    return await this.#context.execute(substitute({ tokens }, scope, 'sql'));
  }

  async #sql(statement: Piece, into: readonly string[], scope: Scope): Promise<void> {
    const result = await this.#context.execute(substitute(statement, scope, 'sql'));
    this.setRowCount(scope, result);
    if (into.length === 0) return;
    if (result.rows.length > 1) throw compilationError('A SELECT INTO returned more than one row.', '090241');
    into.forEach((name, index) => {
      scope.need('variable', name).value = cellValue(result, 0, index);
    });
  }

  async #execute(piece: Piece, using: readonly string[], scope: Scope): Promise<StatementResult> {
    const { value } = await this.#evaluate(piece, scope);
    const binds = using.map((name) => scope.need('variable', name).value);
    const result = await this.#context.execute(value ?? '', binds);
    this.setRowCount(scope, result);
    return result;
  }

  async #forRows(
    step: Step & { kind: 'forRows' },
    scope: Scope,
    caught: SqlError | undefined,
  ): Promise<Outcome> {
    const source = scope.find(step.source);
    if (source?.kind !== 'cursor' && source?.kind !== 'resultset') {
      throw compilationError(
        `invalid identifier '${step.source}': neither a cursor nor a RESULTSET`,
        '000904',
      );
    }
    const result = source.kind === 'cursor' ? await this.#open(source, scope) : source.result;
    for (let row = 0; row < (result?.rows.length ?? 0); row++) {
      if (result === undefined) break;
      const inside = new Scope(scope);
      inside.declare(step.variable, { kind: 'row', result, row });
      const outcome = await this.#steps(step.steps, inside, caught);
      if (outcome.kind === 'break') break;
      if (outcome.kind === 'return') return outcome;
    }
    return goOn;
  }

  async #forRange(
    step: Step & { kind: 'forRange' },
    scope: Scope,
    caught: SqlError | undefined,
  ): Promise<Outcome> {
    const from = Number((await this.#evaluate(step.from, scope)).value);
    const to = Number((await this.#evaluate(step.to, scope)).value);
    for (let count = 0; count <= to - from; count++) {
      const inside = new Scope(scope);
      inside.declare(step.variable, variable(numberValue(step.reverse ? to - count : from + count)));
      const outcome = await this.#steps(step.steps, inside, caught);
      if (outcome.kind === 'break') break;
      if (outcome.kind === 'return') return outcome;
    }
    return goOn;
  }

  async #loop(
    steps: readonly Step[],
    scope: Scope,
    caught: SqlError | undefined,
    conditions: { readonly before?: Piece; readonly until?: Piece },
  ): Promise<Outcome> {
    while (conditions.before === undefined || (await this.#holds(conditions.before, scope))) {
      const outcome = await this.#steps(steps, new Scope(scope), caught);
      if (outcome.kind === 'break') break;
      if (outcome.kind === 'return') return outcome;
      if (conditions.until !== undefined && (await this.#holds(conditions.until, scope))) break;
    }
    return goOn;
  }

  async #returned(value: Piece | undefined, scope: Scope): Promise<StatementResult> {
    if (value === undefined) return returned(nullValue);
    const [first, open, name] = value.tokens;
    if (first?.value === 'TABLE' && open?.value === '(' && name !== undefined) {
      const { result } = scope.need('resultset', name.value);
      return result ?? returned(nullValue);
    }
    return returned(await this.#evaluate(value, scope));
  }

  #raised(name: string | undefined, scope: Scope, caught: SqlError | undefined): SqlError {
    if (name !== undefined) {
      const { code, message } = scope.need('exception', name);
      return new ScriptException(name, code, message);
    }
    return caught ?? compilationError('RAISE without a name stands outside an exception handler.');
  }

  async #open(cursor: Extract<Entry, { kind: 'cursor' }>, scope: Scope): Promise<StatementResult> {
    const only = cursor.query.tokens.length === 1 ? cursor.query.tokens[0] : undefined;
    const named = only === undefined ? undefined : scope.find(only.value);
    const result =
      named?.kind === 'resultset' && named.result ? named.result : await this.#query(cursor.query, scope);
    cursor.result = result;
    cursor.next = 0;
    return result;
  }

  #fetch(name: string, into: readonly string[], scope: Scope): void {
    const cursor = scope.need('cursor', name);
    const { result, next } = cursor;
    if (result === undefined) throw compilationError(`The cursor ${name} is not open.`);
    cursor.next += 1;
    into.forEach((variableName, column) => {
      scope.need('variable', variableName).value = cellValue(result, next, column);
    });
  }

  /** SQLROWCOUNT, SQLFOUND and SQLNOTFOUND speak of the last DML statement; a query leaves them NULL. */
  setRowCount(scope: Scope, result: StatementResult | undefined): void {
    this.#globals ??= scope;
    const { affected } = result ?? {};
    const count = affected && affected.inserted + affected.updated + affected.deleted;
    const boolean = (value: boolean): ScriptValue => ({ type: 'BOOLEAN', value: value ? '1' : '0' });
    this.#globals.declare('SQLROWCOUNT', variable(count === undefined ? nullValue : numberValue(count)));
    this.#globals.declare('SQLFOUND', variable(count === undefined ? nullValue : boolean(count > 0)));
    this.#globals.declare('SQLNOTFOUND', variable(count === undefined ? nullValue : boolean(count === 0)));
  }
}

function variable(value: ScriptValue): Entry {
  return { kind: 'variable', value, type: undefined };
}

function handlerOf(handlers: readonly Handler[], error: SqlError): Handler | undefined {
  const kind = error instanceof ScriptException ? error.exception : 'STATEMENT_ERROR';
  return handlers.find(({ names }) => names.includes(kind) || names.includes('OTHER'));
}
