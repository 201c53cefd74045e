import type { Arguments, BinaryOperator, Comparison, Expression, FilterExpression } from './nodes.ts';
import { describe, type TokenStream } from './stream.ts';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** Deeper nesting than this is a mistake or an attack; Python itself stops at about as much. */
const deepestNesting = 150;

interface TupleOptions {
  conditions?: boolean;
  /** Names that end the tuple. */
  endNames?: readonly string[];
  parenthesized?: boolean;
}

/** Parses expressions with Jinja2's precedences (which are not Python's: `2**3**2` is 64). */
export class ExpressionParser {
  readonly stream: TokenStream;
  private depth = 0;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  expression(conditions = true): Expression {
    if (++this.depth > deepestNesting) this.stream.fail('The expression is nested too deeply');
    const node = conditions ? this.condition() : this.or();
    this.depth--;
    return node;
  }

  /** One expression, or several with commas between them as a tuple. */
  tuple(options: TupleOptions = {}): Expression {
    const { current } = this.stream;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.stream.expectOperator(',');
      if (this.atTupleEnd(options.endNames)) break;
      items.push(this.expression(options.conditions));
      if (!this.stream.isOperator(',')) break;
      isTuple = true;
    }
    const only = items[0];
    if (!isTuple && only !== undefined) return only;
    if (!isTuple && options.parenthesized !== true) {
      this.stream.fail(`Expected an expression, got ${describe(this.stream.current)}`);
    }
    return { kind: 'tuple', at: current.start, items };
  }

  atTupleEnd(endNames: readonly string[] = []): boolean {
    const token = this.stream.current;
    if (token.type === 'variable_end' || token.type === 'block_end' || this.stream.isOperator(')'))
      return true;
    return token.type === 'name' && endNames.includes(token.text);
  }

  private condition(): Expression {
    let then = this.or();
    while (this.stream.isName('if')) {
      const at = this.stream.next().start;
      const test = this.or();
      const otherwise = this.stream.skipName('else') ? this.condition() : undefined;
      then = { kind: 'condition', at, test, then, otherwise };
    }
    return then;
  }

  private or(): Expression {
    let left = this.and();
    while (this.stream.isName('or')) {
      const at = this.stream.next().start;
      left = { kind: 'logic', operator: 'or', at, left, right: this.and() };
    }
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.stream.isName('and')) {
      const at = this.stream.next().start;
      left = { kind: 'logic', operator: 'and', at, left, right: this.not() };
    }
    return left;
  }

  private not(): Expression {
    if (!this.stream.isName('not')) return this.compare();
    const at = this.stream.next().start;
    if (++this.depth > deepestNesting) this.stream.fail('The expression is nested too deeply');
    const operand = this.not();
    this.depth--;
    return { kind: 'not', at, operand };
  }

  private compare(): Expression {
    const first = this.sum();
    const rest: Comparison[] = [];
    for (;;) {
      const token = this.stream.current;
      const operator = this.comparisonOperator();
      if (operator === undefined) break;
      rest.push({ operator, at: token.start, operand: this.sum() });
    }
    return rest.length === 0 ? first : { kind: 'compare', at: first.at, first, rest };
  }

  private comparisonOperator(): Comparison['operator'] | undefined {
    const token = this.stream.current;
    if (token.type === 'operator' && isComparison(token.text)) {
      this.stream.next();
      return token.text;
    }
    if (this.stream.skipName('in')) return 'in';
    const after = this.stream.peek(1);
    if (this.stream.isName('not') && after.type === 'name' && after.text === 'in') {
      this.stream.next();
      this.stream.next();
      return 'not in';
    }
    return undefined;
  }

  private sum(): Expression {
    return this.leftToRight(['+', '-'], () => this.concat());
  }

  private concat(): Expression {
    const first = this.product();
    if (!this.stream.isOperator('~')) return first;
    const at = this.stream.current.start;
    const parts = [first];
    while (this.stream.skipOperator('~')) parts.push(this.product());
    return { kind: 'concat', at, parts };
  }

  private product(): Expression {
    return this.leftToRight(['*', '/', '//', '%'], () => this.power());
  }

  private power(): Expression {
    return this.leftToRight(['**'], () => this.unary());
  }

  private leftToRight(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((sign) => this.stream.isOperator(sign));
      if (operator === undefined) return left;
      const at = this.stream.next().start;
      left = { kind: 'binary', operator, at, left, right: operand() };
    }
  }

  private unary(withFilters = true): Expression {
    const token = this.stream.current;
    let node: Expression;
    if (this.stream.skipOperator('-') || this.stream.skipOperator('+')) {
      if (++this.depth > deepestNesting) this.stream.fail('The expression is nested too deeply');
      const operator = token.text === '-' ? '-' : '+';
      node = { kind: 'unary', operator, at: token.start, operand: this.unary(false) };
      this.depth--;
    } else node = this.primary();
    node = this.postfix(node);
    return withFilters ? this.filtersAndTests(node) : node;
  }

  primary(): Expression {
    const token = this.stream.next();
    const at = token.start;
    if (token.type === 'name') return constantOf(token.text, at) ?? { kind: 'name', at, name: token.text };
    if (token.type === 'string') {
      let value = token.text;
      while (this.stream.current.type === 'string') value += this.stream.next().text;
      return { kind: 'const', at, value };
    }
    if (token.type === 'integer' || token.type === 'float') return numberNode(token.value, at);
    if (token.type === 'operator' && token.text === '(') {
      const node = this.nested(() => this.tuple({ parenthesized: true }));
      this.stream.expectOperator(')');
      return node;
    }
    if (token.type === 'operator' && token.text === '[') return this.nested(() => this.list(at));
    if (token.type === 'operator' && token.text === '{') return this.nested(() => this.dict(at));
    return this.stream.fail(`unexpected ${describe(token)}`, at);
  }

  private nested(parse: () => Expression): Expression {
    if (++this.depth > deepestNesting) this.stream.fail('The expression is nested too deeply');
    const node = parse();
    this.depth--;
    return node;
  }

  private list(at: number): Expression {
    const items: Expression[] = [];
    while (!this.stream.isOperator(']')) {
      if (items.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator(']')) break;
      items.push(this.expression());
    }
    this.stream.expectOperator(']');
    return { kind: 'list', at, items };
  }

  private dict(at: number): Expression {
    const pairs: [Expression, Expression][] = [];
    while (!this.stream.isOperator('}')) {
      if (pairs.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator('}')) break;
      const key = this.expression();
      this.stream.expectOperator(':');
      pairs.push([key, this.expression()]);
    }
    this.stream.expectOperator('}');
    return { kind: 'dict', at, pairs };
  }

  postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.isOperator('.') || this.stream.isOperator('[')) node = this.subscript(node);
      else if (this.stream.isOperator('(')) node = this.call(node);
      else return node;
    }
  }

  private filtersAndTests(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.isOperator('|')) node = this.filters(node) ?? node;
      else if (this.stream.isName('is')) node = this.test(node);
      else if (this.stream.isOperator('(')) node = this.call(node);
      else return node;
    }
  }

  private subscript(object: Expression): Expression {
    const token = this.stream.next();
    if (token.text === '.') {
      const attribute = this.stream.next();
      if (attribute.type === 'name')
        return { kind: 'attribute', at: attribute.start, object, name: attribute.text };
      if (attribute.type !== 'integer') this.stream.fail('expected name or number', attribute.start);
      return { kind: 'item', at: attribute.start, object, key: numberNode(attribute.value, attribute.start) };
    }
    const keys: Expression[] = [];
    while (!this.stream.isOperator(']')) {
      if (keys.length > 0) this.stream.expectOperator(',');
      keys.push(this.subscriptKey());
    }
    this.stream.expectOperator(']');
    const only = keys[0];
    const key: Expression =
      keys.length === 1 && only !== undefined ? only : { kind: 'tuple', at: token.start, items: keys };
    return { kind: 'item', at: token.start, object, key };
  }

  private subscriptKey(): Expression {
    const at = this.stream.current.start;
    const first = this.stream.isOperator(':') ? undefined : this.expression();
    if (first !== undefined && !this.stream.isOperator(':')) return first;
    const parts = [first];
    for (let part = 0; part < 2; part++) {
      const colon = this.stream.skipOperator(':');
      const ends = [':', ']', ','].some((sign) => this.stream.isOperator(sign));
      parts.push(colon && !ends ? this.expression() : undefined);
    }
    return { kind: 'slice', at, parts };
  }

  private call(callee: Expression): Expression {
    const at = callee.kind === 'name' || callee.kind === 'attribute' ? callee.at : this.stream.current.start;
    return { kind: 'call', at, callee, ...this.callArguments() };
  }

  private callArguments(): Arguments {
    const open = this.stream.expectOperator('(');
    const result: Arguments = { args: [], named: [], spread: undefined, spreadNamed: undefined };
    let first = true;
    const ensure = (valid: boolean): void => {
      if (!valid) this.stream.fail('invalid syntax for function call expression', open.start);
    };
    while (!this.stream.isOperator(')')) {
      if (!first) this.stream.expectOperator(',');
      if (!first && this.stream.isOperator(')')) break;
      first = false;
      this.argument(result, ensure);
    }
    this.stream.expectOperator(')');
    return result;
  }

  private argument(result: Arguments, ensure: (valid: boolean) => void): void {
    const token = this.stream.current;
    const after = this.stream.peek(1);
    if (this.stream.skipOperator('*')) {
      ensure(result.spread === undefined && result.spreadNamed === undefined);
      result.spread = this.expression();
    } else if (this.stream.skipOperator('**')) {
      ensure(result.spreadNamed === undefined);
      result.spreadNamed = this.expression();
    } else if (token.type === 'name' && after.type === 'operator' && after.text === '=') {
      ensure(result.spreadNamed === undefined);
      this.stream.next();
      this.stream.next();
      result.named.push({ name: token.text, value: this.expression() });
    } else {
      ensure(result.spread === undefined && result.spreadNamed === undefined && result.named.length === 0);
      result.args.push(this.expression());
    }
  }

  /** A chain of `| filter`; with `inline` the first filter needs no bar. Undefined if there is none. */
  filters(value: Expression | undefined, inline = false): FilterExpression | undefined {
    let node: FilterExpression | undefined;
    for (let first = inline; first || this.stream.isOperator('|'); first = false) {
      if (!first) this.stream.next();
      const token = this.stream.expect('name');
      const name = this.dottedName(token.text);
      node = { kind: 'filter', at: token.start, name, value: node ?? value, ...this.optionalArguments() };
    }
    return node;
  }

  private dottedName(first: string): string {
    let name = first;
    while (this.stream.skipOperator('.')) name += `.${this.stream.expect('name').text}`;
    return name;
  }

  private optionalArguments(): Arguments {
    if (this.stream.isOperator('(')) return this.callArguments();
    return { args: [], named: [], spread: undefined, spreadNamed: undefined };
  }

  private test(value: Expression): Expression {
    this.stream.next();
    const negated = this.stream.skipName('not');
    const token = this.stream.expect('name');
    const name = this.dottedName(token.text);
    const parenthesized = this.stream.isOperator('(');
    const args = this.optionalArguments();
    if (!parenthesized && this.startsTestArgument()) {
      if (this.stream.isName('is')) this.stream.fail('You cannot chain multiple tests with is');
      args.args.push(this.postfix(this.primary()));
    }
    const node: Expression = { kind: 'test', at: token.start, name, value, ...args };
    return negated ? { kind: 'not', at: token.start, operand: node } : node;
  }

  /** A test's one argument may stand without parentheses: `x is divisibleby 3`. */
  private startsTestArgument(): boolean {
    const token = this.stream.current;
    if (token.type === 'name') return !['else', 'or', 'and'].includes(token.text);
    if (token.type === 'string' || token.type === 'integer' || token.type === 'float') return true;
    return this.stream.isOperator('[') || this.stream.isOperator('{');
  }
}

function isComparison(sign: string): sign is Exclude<Comparison['operator'], 'in' | 'not in'> {
  return comparisons.has(sign);
}

function constantOf(name: string, at: number): Expression | undefined {
  if (name === 'true' || name === 'True') return { kind: 'const', at, value: true };
  if (name === 'false' || name === 'False') return { kind: 'const', at, value: false };
  if (name === 'none' || name === 'None') return { kind: 'const', at, value: null };
  return undefined;
}

function numberNode(value: unknown, at: number): Expression {
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'const', at, value };
  return { kind: 'const', at, value: Object(value) };
}
