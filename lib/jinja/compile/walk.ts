import type { Arguments, Expression, Parameter, Statement, Target } from '../parser/nodes.ts';

/** What happens to a name at some place. */
type NameUse = 'load' | 'store';

export type NameVisitor = (name: string, use: NameUse) => void;

/** Visits the names an expression reads, in the order of evaluation. */
export function visitExpression(node: Expression | undefined, visit: NameVisitor): void {
  if (node === undefined) return;
  switch (node.kind) {
    case 'const':
      return;
    case 'name':
      visit(node.name, 'load');
      return;
    case 'list':
    case 'tuple':
      visitAll(node.items, visit);
      return;
    case 'dict':
      for (const [key, value] of node.pairs) visitAll([key, value], visit);
      return;
    case 'attribute':
      visitExpression(node.object, visit);
      return;
    case 'item':
      visitAll([node.object, node.key], visit);
      return;
    case 'slice':
    case 'concat':
      visitAll(node.parts, visit);
      return;
    case 'call':
      visitExpression(node.callee, visit);
      visitArguments(node, visit);
      return;
    case 'filter':
    case 'test':
      visitExpression(node.value, visit);
      visitArguments(node, visit);
      return;
    case 'unary':
    case 'not':
      visitExpression(node.operand, visit);
      return;
    case 'binary':
    case 'logic':
      visitAll([node.left, node.right], visit);
      return;
    case 'compare':
      visitAll([node.first, ...node.rest.map(({ operand }) => operand)], visit);
      return;
    case 'condition':
      visitAll([node.test, node.then, node.otherwise], visit);
      return;
  }
}

function visitAll(nodes: readonly (Expression | undefined)[], visit: NameVisitor): void {
  for (const node of nodes) visitExpression(node, visit);
}

function visitArguments(node: Arguments, visit: NameVisitor): void {
  visitAll(node.args, visit);
  for (const { value } of node.named) visitExpression(value, visit);
  visitAll([node.spread, node.spreadNamed], visit);
}

/** Visits the names that an assignment binds; the object of `ns.x = …` is read. */
export function visitTarget(target: Target, visit: NameVisitor): void {
  if (target.kind === 'tuple') for (const item of target.items) visitTarget(item, visit);
  else if (target.kind === 'name') visit(target.name, 'store');
  else visit(target.object, 'load');
}

function visitParameters(parameters: readonly Parameter[], visit: NameVisitor): void {
  for (const parameter of parameters) visit(parameter.name, 'store');
  for (const parameter of parameters) visitExpression(parameter.default, visit);
}

/** Visits every name in statements, also in what is nested in them. */
function visitStatements(statements: readonly Statement[], visit: NameVisitor): void {
  for (const statement of statements) visitStatement(statement, visit);
}

function visitStatement(node: Statement, visit: NameVisitor): void {
  switch (node.kind) {
    case 'output':
    case 'do':
      visitExpression(node.value, visit);
      return;
    case 'set':
      visitTarget(node.target, visit);
      visitExpression(node.value, visit);
      return;
    case 'setBlock':
      visitTarget(node.target, visit);
      visitExpression(node.filter, visit);
      visitStatements(node.body, visit);
      return;
    case 'filterBlock':
      visitStatements(node.body, visit);
      visitExpression(node.filter, visit);
      return;
    case 'with':
      for (const target of node.targets) visitTarget(target, visit);
      visitAll(node.values, visit);
      visitStatements(node.body, visit);
      return;
    case 'for':
      visitTarget(node.target, visit);
      visitExpression(node.sequence, visit);
      visitStatements(node.body, visit);
      visitStatements(node.otherwise, visit);
      visitExpression(node.test, visit);
      return;
    case 'if':
      for (const { test, body } of node.branches) {
        visitExpression(test, visit);
        visitStatements(body, visit);
      }
      visitStatements(node.otherwise, visit);
      return;
    case 'macro':
      visitParameters(node.parameters, visit);
      visitStatements(node.body, visit);
      return;
    case 'callBlock':
      visitExpression(node.call, visit);
      visitParameters(node.parameters, visit);
      visitStatements(node.body, visit);
      return;
  }
}

/** Which of the special names are read in the statements before anything there binds them. */
export function undeclared(statements: readonly Statement[], names: readonly string[]): Set<string> {
  const open = new Set(names);
  const found = new Set<string>();
  visitStatements(statements, (name, use) => {
    if (use === 'store') open.delete(name);
    else if (open.has(name)) found.add(name);
  });
  return found;
}
