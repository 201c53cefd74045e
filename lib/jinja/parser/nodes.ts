/** The tree of a template. Every node has `at`, the offset in the source that an error in it points to. */

export type Expression =
  | { kind: 'const'; at: number; value: string | number | bigint | boolean | null | object }
  | { kind: 'name'; at: number; name: string }
  | { kind: 'list'; at: number; items: Expression[] }
  | { kind: 'tuple'; at: number; items: Expression[] }
  | { kind: 'dict'; at: number; pairs: [Expression, Expression][] }
  | { kind: 'attribute'; at: number; object: Expression; name: string }
  | { kind: 'item'; at: number; object: Expression; key: Expression }
  | { kind: 'slice'; at: number; parts: (Expression | undefined)[] }
  | ({ kind: 'call'; at: number; callee: Expression } & Arguments)
  | ({ kind: 'filter'; at: number; name: string; value: Expression | undefined } & Arguments)
  | ({ kind: 'test'; at: number; name: string; value: Expression } & Arguments)
  | { kind: 'unary'; at: number; operator: '-' | '+'; operand: Expression }
  | { kind: 'not'; at: number; operand: Expression }
  | { kind: 'binary'; at: number; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'logic'; at: number; operator: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'concat'; at: number; parts: Expression[] }
  | { kind: 'compare'; at: number; first: Expression; rest: Comparison[] }
  | { kind: 'condition'; at: number; test: Expression; then: Expression; otherwise: Expression | undefined };

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

export interface Comparison {
  operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';
  at: number;
  operand: Expression;
}

export interface Arguments {
  args: Expression[];
  named: { name: string; value: Expression }[];
  /** `*expression` */
  spread: Expression | undefined;
  /** `**expression` */
  spreadNamed: Expression | undefined;
}

export type CallExpression = Extract<Expression, { kind: 'call' }>;
export type FilterExpression = Extract<Expression, { kind: 'filter' }>;

/** What can be assigned to. */
export type Target =
  | { kind: 'name'; at: number; name: string }
  | { kind: 'member'; at: number; object: string; name: string }
  | { kind: 'tuple'; at: number; items: Target[] };

export interface Parameter {
  name: string;
  default: Expression | undefined;
}

export interface MacroNode {
  kind: 'macro';
  at: number;
  /** The tag that defines it. */
  tag: string;
  name: string;
  parameters: Parameter[];
  body: Statement[];
}

export interface ForNode {
  kind: 'for';
  at: number;
  target: Target;
  sequence: Expression;
  test: Expression | undefined;
  recursive: boolean;
  body: Statement[];
  otherwise: Statement[];
}

export interface IfNode {
  kind: 'if';
  at: number;
  branches: { test: Expression; body: Statement[] }[];
  otherwise: Statement[];
}

export interface CallBlockNode {
  kind: 'callBlock';
  at: number;
  call: CallExpression;
  parameters: Parameter[];
  body: Statement[];
}

export type Statement =
  | { kind: 'text'; at: number; text: string }
  | { kind: 'output'; at: number; value: Expression }
  | { kind: 'do'; at: number; value: Expression }
  | { kind: 'set'; at: number; target: Target; value: Expression }
  | { kind: 'setBlock'; at: number; target: Target; filter: Expression | undefined; body: Statement[] }
  | { kind: 'filterBlock'; at: number; filter: Expression; body: Statement[] }
  | { kind: 'with'; at: number; targets: Target[]; values: Expression[]; body: Statement[] }
  | { kind: 'break'; at: number }
  | { kind: 'continue'; at: number }
  | ForNode
  | IfNode
  | MacroNode
  | CallBlockNode;
