/** A named query that goes before a statement. */
export interface Cte {
  readonly name: string;
  readonly sql: string;
}

const blank = /^(?:\s+|--[^\n]*(?:\n|$)|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const opening = /^with(?:\s+recursive)?(?=[\s"(/-])/i;

/** Puts named queries before a statement's own: in its `WITH` if it has one, in a new one otherwise. */
export function prependCtes(sql: string, ctes: readonly Cte[]): string {
  if (ctes.length === 0) return sql;
  const added = ctes.map(({ name, sql: body }) => `${name} as (\n${body}\n)`).join(', ');
  const start = blank.exec(sql)?.[0].length ?? 0;
  const own = opening.exec(sql.slice(start));
  if (own === null) return `with ${added}\n${sql}`;
  const end = start + own[0].length;
  return `${sql.slice(0, end)} ${added},${sql.slice(end)}`;
}
