/**
 * Rows as Postgres' `COPY … (FORMAT csv, FORCE_QUOTE *)` writes them: values quoted, NULL empty and unquoted. Written here and
 * not by a library, which took as long as all the rest of the row path together (`npm run bench:extract`).
 */
export function csvOfRows(rows: readonly (readonly (string | null | undefined)[])[]): string {
  let text = '';
  for (const row of rows) {
    text += csvField(row[0]);
    for (let position = 1; position < row.length; position++) text += `,${csvField(row[position])}`;
    text += '\n';
  }
  return text;
}

function csvField(value: string | null | undefined): string {
  if (value === null || value === undefined) return '';
  return value.includes('"') ? `"${value.replaceAll('"', '""')}"` : `"${value}"`;
}

/** The header line, where names are quoted only if they have to be, as COPY does. */
export function csvHeader(names: readonly string[]): string {
  const fields = names.map((name) => (/[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
  return `${fields.join(',')}\n`;
}
