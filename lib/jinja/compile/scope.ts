import type { ForNode, IfNode, Parameter, Statement, Target } from '../parser/nodes.ts';
import { visitExpression, visitTarget } from './walk.ts';

/** What a variable holds when its scope is entered. */
type Start =
  /** A parameter or a loop's target: always bound. */
  | { kind: 'parameter' }
  /** Bound from the context. */
  | { kind: 'context' }
  /** A copy of the variable of the scope around. */
  | { kind: 'outer'; variable: Variable }
  /** Nothing yet. */
  | { kind: 'missing' };

export interface Variable {
  name: string;
  /** The JavaScript identifier. */
  identifier: string;
  start: Start;
}

/** Numbers scopes, so that no two variables share an identifier. */
export interface ScopeCounter {
  last: number;
}

/**
 * The names of one scope, by Jinja2's rules: assignments in an `if` belong to the scope around it, those in loops,
 * macros, `with`, `call`, `filter` and `set` blocks stay inside; a name that is read before it is assigned
 * starts with its value from outside.
 */
export class Scope {
  readonly parent: Scope | undefined;
  private readonly counter: ScopeCounter;
  private readonly number: number;
  private variables = new Map<string, Variable>();
  private stores = new Set<string>();

  constructor(parent: Scope | undefined, counter: ScopeCounter) {
    this.parent = parent;
    this.counter = counter;
    this.number = counter.last++;
  }

  inner(): Scope {
    return new Scope(this, this.counter);
  }

  /** The variable that a name means here. */
  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.parent?.find(name);
  }

  /** The variables that start in this scope. */
  own(): Iterable<Variable> {
    return this.variables.values();
  }

  /** True if nothing in this scope assigns the name: it means the context's. */
  isFree(variable: Variable): boolean {
    return variable.start.kind === 'context' && !this.stores.has(variable.name);
  }

  /** The scope that owns a variable. */
  ownerOf(variable: Variable): Scope {
    return this.variables.get(variable.name) === variable || this.parent === undefined
      ? this
      : this.parent.ownerOf(variable);
  }

  parameter(name: string): Variable {
    this.stores.add(name);
    return this.define(name, { kind: 'parameter' });
  }

  /** Parameters of a macro, then its body. */
  readMacro(parameters: readonly Parameter[], body: readonly Statement[]): void {
    for (const { name } of parameters) this.parameter(name);
    for (const parameter of parameters) visitExpression(parameter.default, (name) => this.load(name));
    this.readAll(body);
  }

  /** A loop's body or test: its targets, then what follows. */
  readLoop(node: ForNode, part: 'body' | 'test'): void {
    visitTarget(node.target, (name) => this.parameter(name));
    if (part === 'body') this.readAll(node.body);
    else visitExpression(node.test, (name) => this.load(name));
  }

  readWith(targets: readonly Target[], body: readonly Statement[]): void {
    for (const target of targets) visitTarget(target, (name) => this.parameter(name));
    this.readAll(body);
  }

  readAll(statements: readonly Statement[]): void {
    for (const statement of statements) this.read(statement);
  }

  /** Takes in what one statement means for the names of this scope; scopes inside it read themselves. */
  private read(node: Statement): void {
    const load = (name: string): void => this.load(name);
    switch (node.kind) {
      case 'output':
      case 'do':
        visitExpression(node.value, load);
        return;
      case 'set':
        visitExpression(node.value, load);
        this.readTarget(node.target);
        return;
      case 'setBlock':
        visitExpression(node.filter, load);
        this.readTarget(node.target);
        return;
      case 'filterBlock':
        visitExpression(node.filter, load);
        return;
      case 'with':
        for (const value of node.values) visitExpression(value, load);
        return;
      case 'for':
        visitExpression(node.sequence, load);
        return;
      case 'if':
        this.readIf(node);
        return;
      case 'macro':
        this.store(node.name);
        return;
      case 'callBlock':
        visitExpression(node.call, load);
        return;
    }
  }

  private readTarget(target: Target): void {
    visitTarget(target, (name, use) => (use === 'store' ? this.store(name) : this.load(name)));
  }

  /** A name that only some branches assign keeps its outer value where they do not. */
  private readIf(node: IfNode): void {
    const [first, ...others] = node.branches;
    visitExpression(first?.test, (name) => this.load(name));
    const bodies: ((branch: Scope) => void)[] = [
      (branch) => branch.readAll(first?.body ?? []),
      (branch) => {
        for (const { test, body } of others) {
          branch.read({ kind: 'if', at: node.at, branches: [{ test, body }], otherwise: [] });
        }
      },
      (branch) => branch.readAll(node.otherwise),
    ];
    const branches = bodies.map((read) => {
      const branch = this.branch();
      read(branch);
      return branch;
    });
    this.merge(branches);
  }

  private branch(): Scope {
    const branch = new Scope(this.parent, this.counter);
    branch.variables = new Map(this.variables);
    branch.stores = new Set(this.stores);
    return branch;
  }

  private merge(branches: readonly Scope[]): void {
    const assigned = new Set(branches.flatMap((branch) => [...branch.stores]));
    for (const name of this.stores) assigned.delete(name);
    for (const branch of branches) {
      for (const [name, variable] of branch.variables) {
        if (!this.variables.has(name)) this.define(name, variable.start);
      }
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of assigned) {
      const variable = this.variables.get(name);
      const outer = this.parent?.find(name);
      if (variable !== undefined) {
        variable.start = outer === undefined ? { kind: 'context' } : { kind: 'outer', variable: outer };
      }
    }
  }

  private load(name: string): void {
    if (this.find(name) === undefined) this.define(name, { kind: 'context' });
  }

  private store(name: string): void {
    this.stores.add(name);
    if (this.variables.has(name)) return;
    const outer = this.parent?.find(name);
    this.define(name, outer === undefined ? { kind: 'missing' } : { kind: 'outer', variable: outer });
  }

  private define(name: string, start: Start): Variable {
    const variable = { name, identifier: `${safeName(name)}_${this.number}`, start };
    this.variables.set(name, variable);
    return variable;
  }
}

/** A template's name as part of a JavaScript identifier. */
function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/gu, (char) => `$${char.codePointAt(0)}`);
}
