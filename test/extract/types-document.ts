import { parseCsv } from './csv.ts';
import { typesOfTheCatalog, typeTable } from './type-table.ts';

const longest = 60;

/** `docs/types.md`: how every type of Postgres travels, as the tests assert it. */
export function typesDocument(): string {
  const rows = typeTable.flatMap(({ type, target, since, values }) =>
    values.map(([sql, csv, back, sinceValue], i) => {
      const [[field = null] = []] = parseCsv(`${csv}\n`);
      const read = typeof back === 'object' ? `rejected: ${back.rejected}` : shown(back ?? field);
      const names = i === 0 ? [`${code(type)}${from(since)}`, code(target)] : ['', ''];
      return `| ${[...names, `${code(sql)}${from(sinceValue)}`, csv === '' ? '(nothing)' : code(csv), read].join(' | ')} |`;
    }),
  );
  return `# Types

How values travel from Postgres through CSV into Snowflake. This page is written by \`npm run docs:types\` from the table that
the tests assert (\`test/extract/type-table.ts\`): the field to the byte, on the fast path (COPY) and on the row path, and the
value read back after it was loaded into the embedded Snowflake. The tests run on
Postgres 18, and with \`npm run second-opinions:postgres\` on 13 to 17.

- Domains travel as the type they stand on, enums, ranges and types of extensions as their text, arrays and composites as JSON.
- NULL is an empty field without quotes; every other value is quoted, so an empty text is \`""\`.
- A value that its type in Snowflake does not hold exactly is never rounded or replaced by itself. It is *rejected*: counted, and
  kept in OPS.REJECTS with file, row, column and reason; its window waits (\`onReject: 'hold'\`) or goes on without the row
  (\`'apply'\`). Per column \`values\` of a table in the config says otherwise: \`null\`, \`clamp\` (the nearest value), or \`text\`
  (the whole column as VARCHAR). The manifest counts what \`null\` and \`clamp\` change.
- Columns of a numeric type without precision are NUMBER(38,9); another type can be set in \`contracts/<table>.json\`.
- What JSON a VARIANT takes is Snowflake's to say: the embedded one is more lenient about repeated keys, the escape of
  the character 0 and numbers beyond a double.

| Postgres | Snowflake | value | field in the file | read back from Snowflake |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

Types of Postgres' own catalog, which columns of tables do not have: ${typesOfTheCatalog.map(code).join(', ')}.
`;
}

function from(since: number | undefined): string {
  return since === undefined ? '' : ` (from ${since} on)`;
}

function shown(value: string | null): string {
  return value === null ? 'NULL' : code(value);
}

/** A text in one line of a table, cut when it is long; control characters as escapes. */
function code(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const visible = cut.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    const short = JSON.stringify(character).slice(1, -1);
    return short.startsWith('\\') ? short : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  const escaped = visible.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '&#124;');
  return `<code>${escaped.replaceAll('*', '&#42;').replaceAll('_', '&#95;').replaceAll('`', '&#96;')}</code>`;
}
