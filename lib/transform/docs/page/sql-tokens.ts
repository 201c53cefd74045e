/** What a piece of SQL is to a reader. */
export type TokenKind = 'text' | 'keyword' | 'function' | 'string' | 'number' | 'comment' | 'name' | 'jinja';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const keywords = new Set(
  `all alter and any as asc at between by case cast cluster clustered column constraint create cross current database
  default delete desc distinct drop dynamic else end escape except exclude exists false fetch first following for foreign
  from full function grant group grouping having ignore ilike in inner insert intersect interval into is join key last
  lateral left like limit match_recognize materialized matched merge minus natural not null nulls offset on or order outer
  over partition pivot preceding primary qualify range recursive references rename replace respect right rlike row rows
  sample schema select set sets some table temporary then ties to transient trigger true truncate unbounded union unique
  unpivot update using values view when where window with within asof match_condition`.split(/\s+/),
);

const pattern =
  /(\{#[\s\S]*?(?:#\}|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(\{\{[\s\S]*?(?:\}\}|$)|\{%[\s\S]*?(?:%\}|$))|('(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|\$\$[\s\S]*?(?:\$\$|$))|("(?:[^"]|"")*(?:"|$))|(\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|([A-Za-z_][\w$]*)(?=(\s*\()?)/g;

/** Cuts Snowflake's SQL, with Jinja in it or without, into pieces; together they are the text. It never fails. */
export function sqlTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const add = (kind: TokenKind, piece: string) => {
    const last = tokens.at(-1);
    // Names of several parts stay in one piece, to be looked up as a whole.
    if (kind === 'text' && last?.kind === 'text')
      tokens[tokens.length - 1] = { kind, text: last.text + piece };
    else if (piece !== '') tokens.push({ kind, text: piece });
  };
  for (const match of text.matchAll(pattern)) {
    add('text', text.slice(end, match.index));
    const [all, comment, jinja, string, name, number, word, call] = match;
    if (comment !== undefined) add('comment', all);
    else if (jinja !== undefined) add('jinja', all);
    else if (string !== undefined) add('string', all);
    else if (name !== undefined) add('name', all);
    else if (number !== undefined) add('number', all);
    else if (keywords.has((word ?? '').toLowerCase())) add('keyword', all);
    else add(call === undefined ? 'text' : 'function', all);
    end = match.index + all.length;
  }
  add('text', text.slice(end));
  return tokens;
}
