import type { SqlType } from './types.ts';

/** Where a part of a statement starts: an offset into the statement's text. Absent for what was not read from a text. */
export interface Placed {
  readonly at?: number;
}

/** One part of a name: folded when it was written without quotes. */
export interface Identifier extends Placed {
  readonly name: string;
  readonly quoted: boolean;
}

/** An argument of a function, named for `name => value`. */
export interface Argument {
  readonly name?: string;
  readonly value: Expression;
}

export interface OrderItem {
  readonly value: Expression;
  readonly descending: boolean;
  /** `undefined`: Snowflake's default, NULLs are the largest values. */
  readonly nullsFirst: boolean | undefined;
}

export interface Over {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  /** `ROWS BETWEEN … AND …`, as written. */
  readonly frame: string | undefined;
}

export interface Call extends Placed {
  readonly kind: 'call';
  /** Upper case; parts joined by dots for `SNOWFLAKE.CORE.F`. */
  readonly name: string;
  readonly args: readonly Argument[];
  readonly distinct: boolean;
  readonly orderBy: readonly OrderItem[];
  readonly ignoreNulls: boolean;
  readonly over: Over | undefined;
}

export interface Star extends Placed {
  readonly kind: 'star';
  readonly qualifier: readonly Identifier[];
  readonly ilike: string | undefined;
  readonly exclude: readonly Identifier[];
  readonly replace: readonly { readonly value: Expression; readonly as: Identifier }[];
  readonly rename: readonly { readonly from: Identifier; readonly to: Identifier }[];
}

export type PathStep = { readonly field: string } | { readonly index: Expression };

/** A column and a call stand where their name does, what has an operator where the operator does. */
export type Expression = Placed & ExpressionKind;

type ExpressionKind =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'typed'; readonly type: SqlType; readonly value: string }
  | { readonly kind: 'interval'; readonly text: string }
  | { readonly kind: 'bind'; readonly index: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'position'; readonly index: number }
  | { readonly kind: 'column'; readonly parts: readonly Identifier[] }
  | Star
  | Call
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'NOT'; readonly value: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'cast'; readonly value: Expression; readonly type: SqlType; readonly safe: boolean }
  | {
      readonly kind: 'case';
      readonly operand: Expression | undefined;
      readonly whens: readonly { readonly when: Expression; readonly result: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | {
      readonly kind: 'in';
      readonly value: Expression;
      readonly negated: boolean;
      readonly list: readonly Expression[] | undefined;
      readonly query: Query | undefined;
    }
  | {
      readonly kind: 'between';
      readonly value: Expression;
      readonly negated: boolean;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {
      readonly kind: 'like';
      readonly value: Expression;
      readonly negated: boolean;
      readonly operator: 'LIKE' | 'ILIKE' | 'RLIKE';
      readonly patterns: readonly Expression[];
      readonly quantifier: 'ANY' | 'ALL' | undefined;
      readonly escapeWith: Expression | undefined;
    }
  | {
      readonly kind: 'is';
      readonly value: Expression;
      readonly negated: boolean;
      readonly what: 'NULL' | 'TRUE' | 'FALSE';
    }
  | {
      readonly kind: 'distinctFrom';
      readonly left: Expression;
      readonly right: Expression;
      readonly negated: boolean;
    }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'subquery'; readonly query: Query }
  | {
      readonly kind: 'quantified';
      readonly left: Expression;
      readonly operator: string;
      readonly quantifier: 'ANY' | 'ALL';
      readonly query: Query;
    }
  | { readonly kind: 'path'; readonly value: Expression; readonly steps: readonly PathStep[] }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'object';
      readonly entries: readonly { readonly key: string; readonly value: Expression }[];
    };

export interface SelectItem {
  readonly value: Expression;
  /** Where the expression starts and ends in the statement's text. */
  readonly at: number;
  readonly end: number;
  readonly alias: Identifier | undefined;
  /** As written, upper-cased: Snowflake's name of an expression without an alias. Empty with an alias. */
  readonly text: string;
}

export interface Select extends Placed {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly top: Expression | undefined;
  readonly items: readonly SelectItem[];
  readonly from: readonly FromItem[];
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly qualify: Expression | undefined;
}

export type GroupBy =
  | { readonly kind: 'all' }
  | { readonly kind: 'items'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'sets';
      readonly operator: 'ROLLUP' | 'CUBE' | 'GROUPING SETS';
      readonly sets: readonly Expression[];
    };

export interface SetOperation extends Placed {
  readonly kind: 'set';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly byName: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

export interface Values extends Placed {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

export interface Nested {
  readonly kind: 'nested';
  readonly query: Query;
}

export type QueryBody = Select | SetOperation | Values | Nested;

export interface CommonTable {
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly query: Query;
}

export interface Query {
  readonly with: readonly CommonTable[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly orderByAll: boolean;
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
}

export interface Alias {
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
}

export interface FromItem {
  readonly source: FromSource;
  readonly joins: readonly Join[];
}

export interface Join {
  /** `INNER`, `LEFT`, `RIGHT`, `FULL`, `CROSS`, with `NATURAL ` and ` ASOF` where written. */
  readonly type: string;
  readonly source: FromSource;
  readonly on: Expression | undefined;
  readonly using: readonly Identifier[];
  readonly match: Expression | undefined;
}

export type FromSource =
  | {
      readonly kind: 'table';
      readonly parts: readonly Identifier[];
      /** TABLE('…') and IDENTIFIER('…') whose text is given at run time. */
      readonly dynamic: Expression | undefined;
      readonly alias: Alias | undefined;
      readonly sample: string | undefined;
      readonly wrap: Wrap | undefined;
    }
  | {
      readonly kind: 'query';
      readonly query: Query;
      readonly lateral: boolean;
      readonly alias: Alias | undefined;
      readonly sample: string | undefined;
      readonly wrap: Wrap | undefined;
    }
  | {
      readonly kind: 'function';
      readonly call: Call;
      readonly lateral: boolean;
      readonly alias: Alias | undefined;
    }
  | {
      readonly kind: 'stage';
      readonly location: string;
      readonly options: readonly { readonly name: string; readonly value: string }[];
      readonly alias: Alias | undefined;
    }
  | { readonly kind: 'join'; readonly item: FromItem };

/** PIVOT and UNPIVOT, with the alias of what comes out. */
export type Wrap =
  | {
      readonly kind: 'pivot';
      readonly aggregate: Call;
      readonly column: Identifier;
      readonly values:
        | readonly { readonly value: Expression; readonly alias: Identifier | undefined }[]
        | 'any';
      readonly defaultOnNull: Expression | undefined;
      readonly alias: Alias | undefined;
    }
  | {
      readonly kind: 'unpivot';
      readonly value: Identifier;
      readonly column: Identifier;
      readonly from: readonly { readonly column: Identifier; readonly alias: string | undefined }[];
      readonly includeNulls: boolean;
      readonly alias: Alias | undefined;
    };
