import { SluiceError } from '../config/index.ts';

/**
 * A name as Snowflake takes it without folding: in double quotes, a quote doubled.
 *
 * @throws SluiceError SNOWFLAKE_NAME_INVALID when no identifier can be made of it (empty, over 255 characters, a NUL)
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.length > 255 || name.includes('\0')) {
    throw new SluiceError({
      code: 'SNOWFLAKE_NAME_INVALID',
      kind: 'usage',
      message: `${JSON.stringify(name.slice(0, 60))} cannot be the name of anything in Snowflake.`,
      hint: 'A name has 1 to 255 characters and no NUL.',
    });
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"DATABASE"."SCHEMA"."NAME"` of one to three parts. */
export function quoteName(...parts: readonly string[]): string {
  return parts.map(quoteIdentifier).join('.');
}

/** SQL with its lines indented, but for those inside names and constants, which may hold line ends of their own. */
export function indentLines(sql: string, indentation: string): string {
  return sql.replaceAll(/"(?:[^"]|"")*"|'(?:[^'\\]|\\[\s\S]|'')*'|\n/g, (part) =>
    part === '\n' ? `\n${indentation}` : part,
  );
}

/** A text as a constant: in single quotes, a quote doubled, and a backslash too, because Snowflake takes it for an escape. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
