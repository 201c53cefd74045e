import type { Arguments, CallExpression, Comparison, Expression, FilterExpression } from '../parser/nodes.ts';
import { Float } from '../runtime/values.ts';
import type { FunctionState } from './code.ts';
import type { Scope } from './scope.ts';

/** What the generator of expressions needs to know of the statement around. */
export interface Place {
  scope: Scope;
  function: FunctionState;
  /** In an `if` an unknown filter is an error only when it is reached. */
  conditional: boolean;
  /** Among the defaults of parameters, where a later parameter is not bound yet. */
  defaults?: boolean;
}

/** Says how filters and tests are called, and refuses those that do not exist. */
export interface NamedOperations {
  filter(name: string, at: number, conditional: boolean): string;
  test(name: string, at: number, conditional: boolean): string;
  /** True for those of the environment's user: they may be asynchronous. */
  mayWait(kind: 'filter' | 'test', name: string): boolean;
}

const binaryFunctions = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'floorDivide',
  '%': 'modulo',
  '**': 'power',
} as const;

const comparisonFunctions = {
  '<': 'less',
  '<=': 'lessOrEqual',
  '>': 'greater',
  '>=': 'greaterOrEqual',
} as const;

/** Writes expressions as JavaScript; `at = n` in a last argument keeps the place for errors. */
export class ExpressionWriter {
  private readonly isAsync: boolean;
  private readonly operations: NamedOperations;

  constructor(isAsync: boolean, operations: NamedOperations) {
    this.isAsync = isAsync;
    this.operations = operations;
  }

  /** The code of a value. */
  value(node: Expression, place: Place): string {
    const sub = (child: Expression): string => this.value(child, place);
    switch (node.kind) {
      case 'const':
        return constant(node.value);
      case 'name':
        return this.name(node.name, place);
      case 'list':
        return `[${node.items.map(sub).join(', ')}]`;
      case 'tuple':
        return `tuple(${node.items.map(sub).join(', ')})`;
      case 'dict':
        return `dict(${node.pairs.map(([key, value]) => `${sub(key)}, ${sub(value)}`).join(', ')})`;
      case 'attribute':
        return `attribute(${sub(node.object)}, ${quote(node.name)}, at = ${node.at})`;
      case 'item':
        return this.item(node.object, node.key, node.at, place);
      case 'slice':
        return `slice(${node.parts.map((part) => (part === undefined ? 'null' : sub(part))).join(', ')})`;
      case 'call':
        return this.call(node, place);
      case 'filter':
        return this.filter(node, sub(node.value ?? { kind: 'const', at: node.at, value: null }), place);
      case 'unary':
        return `${node.operator === '-' ? 'negate' : 'positive'}(${sub(node.operand)}, at = ${node.at})`;
      case 'binary':
        return `${binaryFunctions[node.operator]}(${sub(node.left)}, ${sub(node.right)}, at = ${node.at})`;
      case 'logic': {
        const isOr = node.operator === 'or';
        const right = sub(node.right);
        return `(isTrue(t = ${sub(node.left)}) ? ${isOr ? 't' : right} : ${isOr ? right : 't'})`;
      }
      case 'concat':
        return `concat(${node.parts.map((part) => this.text(part, place)).join(' + ')}, at = ${node.at})`;
      case 'condition':
        return this.condition(node, place);
      case 'not':
      case 'test':
      case 'compare':
        return this.truth(node, place);
    }
  }

  /** The code of a value as text. */
  text(node: Expression, place: Place): string {
    if (node.kind === 'const' && typeof node.value === 'string') return quote(node.value);
    if (node.kind === 'concat') return this.value(node, place);
    return `str(${this.value(node, place)}, at = ${node.at})`;
  }

  /** The code of a value as a JavaScript boolean. */
  truth(node: Expression, place: Place): string {
    if (node.kind === 'not') return `!${this.truth(node.operand, place)}`;
    if (node.kind === 'logic') {
      const operator = node.operator === 'and' ? '&&' : '||';
      return `(${this.truth(node.left, place)} ${operator} ${this.truth(node.right, place)})`;
    }
    if (node.kind === 'test') {
      const name = this.operations.test(node.name, node.at, place.conditional);
      return this.named(name, 'test', node, this.value(node.value, place), place);
    }
    if (node.kind === 'compare') return this.compare(node.first, node.rest, place);
    return `isTrue(${this.value(node, place)}, at = ${node.at})`;
  }

  /** The code that reads a name. */
  name(name: string, place: Place): string {
    const variable = place.scope.find(name);
    if (variable === undefined || place.scope.ownerOf(variable).isFree(variable)) {
      if (name === 'return') return 'returnFunction';
      place.function.free.add(name);
      return `(${freeIdentifier(name)} ??= lookup(${quote(name)}))`;
    }
    if (variable.start.kind === 'parameter' && place.defaults !== true) return variable.identifier;
    return `(${variable.identifier} ?? unbound(${variable.identifier}, ${quote(name)}))`;
  }

  private item(object: Expression, key: Expression, at: number, place: Place): string {
    return `item(${this.value(object, place)}, ${this.value(key, place)}, at = ${at})`;
  }

  private condition(node: Extract<Expression, { kind: 'condition' }>, place: Place): string {
    const inside = { ...place, conditional: true };
    const otherwise =
      node.otherwise === undefined ? `noElse(at = ${node.at})` : this.value(node.otherwise, inside);
    return `(${this.truth(node.test, inside)} ? ${this.value(node.then, inside)} : ${otherwise})`;
  }

  /** Every operand is evaluated once, and none after the first comparison that fails. */
  private compare(first: Expression, rest: readonly Comparison[], place: Place): string {
    let left = this.value(first, place);
    const links = rest.map((comparison, index) => {
      const value = this.value(comparison.operand, place);
      if (index === rest.length - 1) return comparisonCode(comparison, left, value);
      const temporary = `c${++place.function.temporaries}`;
      const link = comparisonCode(comparison, left, `${temporary} = ${value}`);
      left = temporary;
      return link;
    });
    return links.length === 1 ? (links[0] ?? 'true') : `(${links.join(' && ')})`;
  }

  call(node: CallExpression, place: Place, extra?: string): string {
    const tail = `${this.argumentList(node, place)}, ${this.keywords(node, place, extra)}, depth, at = ${node.at}`;
    if (node.callee.kind === 'attribute') {
      const object = this.value(node.callee.object, place);
      return this.awaited(`callMethod(${object}, ${quote(node.callee.name)}, ${tail})`);
    }
    return this.awaited(`call(${this.value(node.callee, place)}, ${tail})`);
  }

  /** A filter applied to code. */
  filter(node: FilterExpression, value: string, place: Place): string {
    const name = this.operations.filter(node.name, node.at, place.conditional);
    return this.named(name, 'filter', node, value, place);
  }

  /** A chain of filters applied to code: `set` and `filter` blocks start from text. */
  filterChain(node: Expression, value: string, place: Place): string {
    if (node.kind !== 'filter') return value;
    return this.filter(
      node,
      node.value === undefined ? value : this.filterChain(node.value, value, place),
      place,
    );
  }

  private named(
    callee: string,
    kind: 'filter' | 'test',
    node: Arguments & { name: string; at: number },
    value: string,
    place: Place,
  ): string {
    const args = this.argumentList(node, place, value);
    const code = `${callee}(${args}, ${this.keywords(node, place)}, at = ${node.at})`;
    const mayWait = this.operations.mayWait(kind, node.name);
    if (kind === 'filter') return mayWait ? this.awaited(code) : code;
    return mayWait ? `isTrue(${this.awaited(code)})` : code;
  }

  private argumentList(node: Arguments, place: Place, first?: string): string {
    const args = node.args.map((arg) => this.value(arg, place));
    if (first !== undefined) args.unshift(first);
    if (node.spread !== undefined) args.push(`...spread(${this.value(node.spread, place)})`);
    return `[${args.join(', ')}]`;
  }

  private keywords(node: Arguments, place: Place, extra?: string): string {
    const pairs = node.named.map(({ name, value }) => `${quote(name)}, ${this.value(value, place)}`);
    if (extra !== undefined) pairs.push(extra);
    if (node.spreadNamed !== undefined) {
      const more = this.value(node.spreadNamed, place);
      return `keywords(${more}${pairs.map((pair) => `, ${pair}`).join('')})`;
    }
    return pairs.length === 0 ? 'undefined' : `keywords(null, ${pairs.join(', ')})`;
  }

  /** In the asynchronous form a promise is awaited where it stands; anything else costs one check. */
  private awaited(code: string): string {
    return this.isAsync ? `((t = ${code}) instanceof Promise ? (await t) ?? null : t)` : code;
  }
}

function comparisonCode({ operator, at }: Comparison, left: string, right: string): string {
  if (operator === '==') return `equal(${left}, ${right})`;
  if (operator === '!=') return `!equal(${left}, ${right})`;
  if (operator === 'in') return `isIn(${left}, ${right}, at = ${at})`;
  if (operator === 'not in') return `!isIn(${left}, ${right}, at = ${at})`;
  return `${comparisonFunctions[operator]}(${left}, ${right}, at = ${at})`;
}

/** The variable that holds a name of the context once it was looked up. */
export function freeIdentifier(name: string): string {
  return `$${name.replace(/[^A-Za-z0-9_]/gu, (char) => `$${char.codePointAt(0)}`)}`;
}

/** A string as a JavaScript literal. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function constant(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return quote(value);
  if (value instanceof Float) return `float(${value.value})`;
  return String(value);
}
