/** Quoted text, comments and words: all that must be told apart to find where a statement ends. */
const part =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[A-Za-z_][\w$]*|;|\s+|[\s\S]/g;

const opensNoBlock = new Set(['TRANSACTION', 'WORK', 'NAME', ';']);
const closesNoBlock = new Set(['IF', 'FOR', 'LOOP', 'WHILE', 'REPEAT']);

/**
 * The statements of an SQL text, in order, without their semicolons and without those that are only comments.
 * The body of a task (`BEGIN … END;`) stays in one piece and keeps its last semicolon, which Snowflake wants after END;
 * `BEGIN TRANSACTION` is a statement like any other.
 */
export function splitStatements(sql: string): string[] {
  const parts = sql.match(part) ?? [];
  const statements: string[] = [];
  let statement = '';
  let depth = 0;
  let hasBlock = false;
  for (const [index, text] of parts.entries()) {
    if (text === ';' && depth === 0) {
      statements.push(hasBlock ? `${statement};` : statement);
      statement = '';
      hasBlock = false;
      continue;
    }
    statement += text;
    // After a point or a colon a word is a name: `window.end`.
    const word = /[.:]/.test(parts[index - 1] ?? '') ? '' : text.toUpperCase();
    if (word === 'CASE' && previousWord(parts, index) !== 'END') depth++;
    if (word === 'BEGIN' && !opensNoBlock.has(nextWord(parts, index))) {
      depth++;
      hasBlock = true;
    }
    if (word === 'END' && depth > 0 && !closesNoBlock.has(nextWord(parts, index))) depth--;
  }
  statements.push(statement);
  return statements.map(withoutLeadingComments).filter((text) => text !== '');
}

function nextWord(parts: readonly string[], index: number): string {
  return (parts.slice(index + 1).find(isCode) ?? '').toUpperCase();
}

function previousWord(parts: readonly string[], index: number): string {
  return (parts.slice(0, index).findLast(isCode) ?? '').toUpperCase();
}

function isCode(text: string): boolean {
  return text.trim() !== '' && !isComment(text);
}

function isComment(text: string): boolean {
  return text.startsWith('--') || text.startsWith('//') || text.startsWith('/*');
}

function withoutLeadingComments(statement: string): string {
  const parts = statement.match(part) ?? [];
  const start = parts.findIndex(isCode);
  return start < 0 ? '' : parts.slice(start).join('').trimEnd();
}
