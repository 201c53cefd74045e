import type {
  CallBlockNode,
  Expression,
  IfNode,
  MacroNode,
  Parameter,
  Statement,
  Target,
} from '../parser/nodes.ts';
import type { CodeWriter, FunctionKind, FunctionState } from './code.ts';
import { type ExpressionWriter, freeIdentifier, type Place, quote } from './expressions.ts';
import { LoopWriter } from './loops.ts';
import type { Scope } from './scope.ts';
import { undeclared } from './walk.ts';

/** Where statements stand: as for expressions, and the variable that takes their text. */
export interface StatementPlace extends Place {
  out: string;
  /** At the template's top level, where macros are exported. */
  topLevel: boolean;
}

/** Writes statements as JavaScript. */
export class StatementWriter {
  readonly code: CodeWriter;
  readonly expressions: ExpressionWriter;
  private readonly loops: LoopWriter;

  constructor(code: CodeWriter, expressions: ExpressionWriter) {
    this.code = code;
    this.expressions = expressions;
    this.loops = new LoopWriter(this);
  }

  all(statements: readonly Statement[], place: StatementPlace): void {
    for (const statement of statements) this.statement(statement, place);
  }

  private statement(node: Statement, place: StatementPlace): void {
    switch (node.kind) {
      case 'text':
        this.code.line(`${place.out} += ${quote(node.text)};`);
        return;
      case 'output':
        this.output(node.value, place);
        return;
      case 'do':
        this.do(node.value, place);
        return;
      case 'set':
        this.assign(node.target, this.expressions.value(node.value, place), place);
        return;
      case 'setBlock':
        this.setBlock(node, place);
        return;
      case 'filterBlock':
        this.filterBlock(node, place);
        return;
      case 'with':
        this.with(node, place);
        return;
      case 'for':
        this.loops.for(node, place);
        return;
      case 'if':
        this.if(node, place);
        return;
      case 'break':
      case 'continue':
        this.code.line(`${node.kind};`);
        return;
      case 'macro':
        this.macro(node, place);
        return;
      case 'callBlock':
        this.callBlock(node, place);
        return;
    }
  }

  private output(value: Expression, place: StatementPlace): void {
    const returned = returnedBy(value, place);
    if (returned !== undefined) {
      this.code.line(`return ${this.expressions.value(returned, place)};`);
      return;
    }
    this.code.line(`${place.out} += ${this.expressions.text(value, place)};`);
  }

  private do(value: Expression, place: StatementPlace): void {
    const returned = returnedBy(value, place);
    if (returned !== undefined) {
      this.code.line(`return ${this.expressions.value(returned, place)};`);
      return;
    }
    this.code.line(`${this.expressions.value(value, place)};`);
  }

  /** Binds a target to the value of some code. */
  assign(target: Target, value: string, place: StatementPlace): void {
    if (target.kind === 'name') {
      this.code.line(`${place.scope.find(target.name)?.identifier} = ${value};`);
    } else if (target.kind === 'member') {
      const object = this.expressions.name(target.object, place);
      this.code.line(`setMember(${object}, ${quote(target.name)}, ${value}, at = ${target.at});`);
    } else {
      const parts = `parts${this.code.number()}`;
      this.code.line(`const ${parts} = unpack(${value}, ${target.items.length}, at = ${target.at});`);
      for (const [index, item] of target.items.entries()) this.assign(item, `${parts}[${index}]`, place);
    }
  }

  /** Declares the variables of a scope. */
  declare(scope: Scope, place: StatementPlace): void {
    for (const variable of scope.own()) {
      if (variable.start.kind === 'parameter' || scope.isFree(variable)) continue;
      const { start } = variable;
      if (start.kind === 'missing') this.code.line(`let ${variable.identifier};`);
      else if (start.kind === 'context') {
        this.code.line(`let ${variable.identifier} = lookup(${quote(variable.name)});`);
      } else {
        const owner = scope.ownerOf(start.variable);
        const outer = owner.isFree(start.variable)
          ? this.expressions.name(variable.name, { ...place, scope: owner })
          : start.variable.identifier;
        this.code.line(`let ${variable.identifier} = ${outer};`);
      }
    }
  }

  /** Statements whose text goes to a variable of its own; gives that variable's name. */
  private captured(body: readonly Statement[], place: StatementPlace): string {
    const out = `text${this.code.number()}`;
    this.code.line(`let ${out} = '';`);
    this.block(body, { ...place, out });
    return `bounded(${out})`;
  }

  /** Statements with a scope of their own. */
  private block(body: readonly Statement[], place: StatementPlace): void {
    const scope = place.scope.inner();
    scope.readAll(body);
    this.code.open('{');
    this.declare(scope, place);
    this.all(body, { ...place, scope, topLevel: false });
    this.code.close();
  }

  private setBlock(node: Extract<Statement, { kind: 'setBlock' }>, place: StatementPlace): void {
    const text = this.captured(node.body, place);
    const value =
      node.filter === undefined ? `bounded(${text})` : this.expressions.filterChain(node.filter, text, place);
    this.assign(node.target, value, place);
  }

  private filterBlock(node: Extract<Statement, { kind: 'filterBlock' }>, place: StatementPlace): void {
    const text = this.captured(node.body, place);
    const value = this.expressions.filterChain(node.filter, text, place);
    this.code.line(`${place.out} += str(${value}, at = ${node.filter.at});`);
  }

  private with(node: Extract<Statement, { kind: 'with' }>, place: StatementPlace): void {
    const scope = place.scope.inner();
    scope.readWith(node.targets, node.body);
    const inside = { ...place, scope, topLevel: false };
    this.code.open('{');
    this.declareParameters(scope);
    for (const [index, target] of node.targets.entries()) {
      const value = node.values[index];
      if (value !== undefined) this.assign(target, this.expressions.value(value, place), inside);
    }
    this.declare(scope, place);
    this.all(node.body, inside);
    this.code.close();
  }

  /** Declares the targets of a loop or a `with`. */
  declareParameters(scope: Scope): void {
    const names = [...scope.own()].filter(({ start }) => start.kind === 'parameter');
    if (names.length > 0) this.code.line(`let ${names.map(({ identifier }) => identifier).join(', ')};`);
  }

  private if(node: IfNode, place: StatementPlace): void {
    const inside = { ...place, conditional: true };
    for (const [index, branch] of node.branches.entries()) {
      const head = `if (${this.expressions.truth(branch.test, place)}) {`;
      if (index === 0) this.code.open(head);
      else this.code.reopen(`} else ${head}`);
      this.all(branch.body, inside);
    }
    if (node.otherwise.length > 0) {
      this.code.reopen('} else {');
      this.all(node.otherwise, inside);
    }
    this.code.close();
  }

  private macro(node: MacroNode, place: StatementPlace): void {
    const identifier = place.scope.find(node.name)?.identifier;
    this.function(`${identifier} = `, 'macro', node, place);
    if (place.topLevel) this.code.line(`exports.set(${quote(node.name)}, ${identifier});`);
  }

  private callBlock(node: CallBlockNode, place: StatementPlace): void {
    const caller = `caller${this.code.number()}`;
    this.function(`const ${caller} = `, 'caller', { ...node, name: 'caller', tag: 'caller' }, place);
    const call = this.expressions.call(node.call, place, `'caller', ${caller}`);
    this.code.line(`${place.out} += str(${call}, at = ${node.call.at});`);
  }

  /** A macro or the body of a call block, as a value. */
  private function(
    assignment: string,
    kind: 'macro' | 'caller',
    node: { name: string; tag: string; at: number; parameters: Parameter[]; body: Statement[] },
    place: StatementPlace,
  ): void {
    const scope = place.scope.inner();
    scope.readMacro(node.parameters, node.body);
    const names = node.parameters.map(({ name }) => name);
    const special = this.specialParameters(node.body, names, scope);
    const details = {
      name: node.name,
      kind: node.tag,
      parameters: names,
      caller: special.includes('caller') || names.includes('caller'),
      kwargs: special.includes('kwargs'),
      varargs: special.includes('varargs'),
      at: node.at,
    };
    const parameters = [...names, ...special].map((name) => scope.find(name)?.identifier);
    const keyword = this.code.isAsync ? 'async function' : 'function';
    this.code.open(
      `${assignment}macro(${JSON.stringify(details)}, ${keyword} (${['depth', ...parameters].join(', ')}) {`,
    );
    const state = newFunction(kind);
    const inside: StatementPlace = {
      scope,
      function: state,
      conditional: false,
      out: 'out',
      topLevel: false,
    };
    this.functionBody(state, quote(node.name), () => {
      this.defaults(node.parameters, inside);
      this.declare(scope, inside);
      this.all(node.body, inside);
    });
    this.code.close('});');
  }

  /** `caller`, `kwargs` and `varargs`, if the body reads them without having bound them. */
  private specialParameters(body: readonly Statement[], names: readonly string[], scope: Scope): string[] {
    const found = undeclared(body, ['caller', 'kwargs', 'varargs']);
    const special = ['caller', 'kwargs', 'varargs'].filter(
      (name) => found.has(name) && !names.includes(name),
    );
    for (const name of special) scope.parameter(name);
    return special;
  }

  private defaults(parameters: readonly Parameter[], place: StatementPlace): void {
    for (const { name, default: value } of parameters) {
      const identifier = place.scope.find(name)?.identifier;
      const code =
        value === undefined
          ? `notProvided(${quote(name)})`
          : this.expressions.value(value, { ...place, defaults: true });
      this.code.line(`if (${identifier} === undefined) ${identifier} = ${code};`);
    }
  }

  /** The frame of every function: its text, the place for errors, and what is done with an error. */
  functionBody(state: FunctionState, name: string, body: () => void): void {
    this.code.line("let out = '', at = 0, t;");
    const declare = this.code.reserve();
    this.code.open('try {');
    body();
    this.code.line(state.kind === 'root' ? 'return out;' : 'return bounded(out);');
    this.code.reopen('} catch (error) {');
    this.code.line(
      state.kind === 'macro' ? `return leave(error, at, ${name});` : `throw fail(error, at, ${name});`,
    );
    this.code.close();
    const temporaries = Array.from({ length: state.temporaries }, (_, index) => `c${index + 1}`);
    const variables = [...[...state.free].map(freeIdentifier), ...temporaries];
    if (variables.length > 0) declare(`let ${variables.join(', ')};`);
  }
}

export function newFunction(kind: FunctionKind): FunctionState {
  return { kind, free: new Set(), temporaries: 0 };
}

/** The value of a statement `return(value)` that can leave the function at once. */
function returnedBy(node: Expression, place: StatementPlace): Expression | undefined {
  if (place.function.kind !== 'macro' || node.kind !== 'call' || node.callee.kind !== 'name')
    return undefined;
  if (node.callee.name !== 'return' || node.args.length !== 1 || node.named.length > 0) return undefined;
  if (node.spread !== undefined || node.spreadNamed !== undefined) return undefined;
  const variable = place.scope.find('return');
  if (variable !== undefined && !place.scope.ownerOf(variable).isFree(variable)) return undefined;
  return node.args[0];
}
