/** One token of Snowflake SQL. Comments and blanks are dropped; positions point into the statement's text. */
export interface Token {
  /** `word`: unquoted name or keyword; `quoted`: "…"; `string`: '…' or $$…$$; `symbol`: punctuation and operators. */
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'variable';
  /** As written. */
  readonly text: string;
  /** Folded name (`word`: upper-cased), unescaped content (`quoted`, `string`), or the text itself. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** One statement, without its semicolon. */
export interface Statement {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** True for a token that can be (a part of) a name. */
export function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quoted';
}
