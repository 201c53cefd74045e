import {
  type Argument,
  type Call,
  compilationError,
  type Expression,
  type SqlType,
  unsupported,
} from '../../../sql/index.ts';
import { elsewhere } from '../errors.ts';
import { constantFunctions } from '../functions/context.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { emitFunction } from '../functions/user.ts';
import { emit, emitOrder, emitOver } from './expression.ts';
import type { Scope } from './scope.ts';
import type { Emitted, Translation } from './translation.ts';

/** A call of a function, as the function's translation sees it. */
export class CallSite {
  readonly call: Call;
  readonly scope: Scope;
  readonly translation: Translation;

  constructor(call: Call, scope: Scope, translation: Translation) {
    this.call = call;
    this.scope = scope;
    this.translation = translation;
  }

  get name(): string {
    return this.call.name;
  }

  get count(): number {
    return this.call.args.length;
  }

  /** An argument as it was written. */
  raw(index: number): Expression | undefined {
    return this.call.args[index]?.value;
  }

  named(name: string): Argument | undefined {
    return this.call.args.find((argument) => argument.name === name);
  }

  /** An argument, translated; Snowflake's error when it was not given. */
  arg(index: number): Emitted {
    const value = this.raw(index);
    if (value === undefined) {
      throw compilationError(
        `not enough arguments for function [${this.name}], expected ${index + 1}, got ${this.count}`,
        '000938',
      );
    }
    return emit(value, this.scope, this.translation);
  }

  optional(index: number): Emitted | undefined {
    return this.raw(index) === undefined ? undefined : this.arg(index);
  }

  args(from = 0): Emitted[] {
    return this.call.args.slice(from).map((_, index) => this.arg(index + from));
  }

  /** The text of an argument that has to be a constant: a date part, a format. */
  constant(index: number): string | undefined {
    return this.#constantOf(this.raw(index));
  }

  #constantOf(value: Expression | undefined): string | undefined {
    if (value?.kind === 'text' || value?.kind === 'number') return value.value;
    if (value?.kind === 'column' && value.parts.length === 1) return value.parts[0]?.name;
    if (value?.kind === 'bind') return this.translation.context.binds[value.index - 1]?.value ?? undefined;
    // dbt puts the format of its catalog together of two texts.
    if (value?.kind === 'binary' && value.operator === '||') {
      const [left, right] = [this.#constantOf(value.left), this.#constantOf(value.right)];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    return undefined;
  }

  emit(value: Expression): Emitted {
    return emit(value, this.scope, this.translation);
  }

  /** A DuckDB aggregate or window function over `inner`, with this call's DISTINCT, WITHIN GROUP and OVER. */
  aggregate(
    name: string,
    inner: string,
    type: SqlType | undefined,
    options: { readonly frame?: string } = {},
  ): Emitted {
    const { distinct, orderBy, ignoreNulls } = this.call;
    const order = orderBy.length === 0 ? '' : ` ORDER BY ${emitOrder(orderBy, (value) => this.emit(value))}`;
    const nulls = ignoreNulls ? ' IGNORE NULLS' : '';
    const sql = `${name}(${distinct ? 'DISTINCT ' : ''}${inner}${order}${nulls})`;
    return { sql: `${sql}${this.over(options.frame)}`, type };
  }

  over(defaultFrame = ''): string {
    const { over } = this.call;
    if (over === undefined) return '';
    return emitOver(over, (value) => this.emit(value), over.orderBy.length > 0 ? defaultFrame : '');
  }
}

export function emitCall(call: Call, scope: Scope, translation: Translation): Emitted {
  const site = new CallSite(call, scope, translation);
  if (call.name.startsWith('SYSTEM$')) {
    const value = translation.resolved.system.get(call);
    if (!translation.resolved.system.has(call)) throw unsupported(`the function ${call.name}`);
    return value === null || value === undefined
      ? { sql: 'CAST(NULL AS VARCHAR)', type: { type: 'TEXT' } }
      : site.emit(systemResult(call.name, value));
  }
  const own = translation.resolved.userFunctions.get(call);
  if (own) {
    const args = site.args();
    return elsewhere(() => emitFunction(own, args, translation));
  }
  const constant = constantFunctions[call.name];
  if (constant) return constant(site);
  const known = FUNCTIONS[call.name];
  if (known) return known(site);
  throw compilationError(
    `Unknown function ${call.name}. (Or one that the embedded Snowflake does not have.)`,
    '002140',
  );
}

/** SYSTEM$STREAM_HAS_DATA gives a BOOLEAN; the others text. */
function systemResult(name: string, value: string): Expression {
  return name === 'SYSTEM$STREAM_HAS_DATA'
    ? { kind: 'boolean', value: value.toLowerCase() === 'true' }
    : { kind: 'text', value };
}
