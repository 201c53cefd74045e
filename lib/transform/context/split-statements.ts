/** The statements of a text, parted by semicolons outside of quotes, comments and dollar quotes. */
export function splitStatements(sql: string): string[] {
  const token =
    /'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|;/g;
  const parts: string[] = [];
  let start = 0;
  for (const match of sql.matchAll(token)) {
    if (match[0] !== ';') continue;
    parts.push(sql.slice(start, match.index));
    start = match.index + 1;
  }
  parts.push(sql.slice(start));
  return parts.map((part) => part.trim()).filter((part) => hasContent(part));
}

function hasContent(sql: string): boolean {
  return sql.replace(/--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '';
}
