/** Snowflake SQL as a tree: tokens, types, queries and expressions. Reads text; knows no server and no catalog. */
export type {
  Alias,
  Argument,
  Call,
  Expression,
  FromItem,
  FromSource,
  Identifier,
  Join,
  OrderItem,
  Over,
  PathStep,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  Star,
  Values,
  Wrap,
} from './ast.ts';
export { Cursor, nameOf } from './cursor.ts';
export { compilationError, placeOf, SqlError, syntaxError, unsupported } from './errors.ts';
export { parseExpression } from './expressions.ts';
export { parseFrom, parseFromItem } from './from.ts';
export { isBlockBegin, splitStatements, tokenize } from './lexer.ts';
export { parseQuery, parseRows, startsQuery } from './query.ts';
export type { Statement, Token } from './tokens.ts';
export {
  ARRAY,
  BINARY,
  BOOLEAN,
  DATE,
  FLOAT,
  fixed,
  LTZ,
  MAX_BINARY,
  MAX_TEXT,
  NTZ,
  NUMBER,
  OBJECT,
  type SqlType,
  TEXT,
  TIME,
  TZ,
  typeName,
  VARIANT,
} from './types.ts';
