/** Fields of CSV as RFC 4180 has them, where an empty field that is not quoted is NULL. Only what the tests need. */
export function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const quoted = /"((?:[^"]|"")*)"/y;
    quoted.lastIndex = at;
    const match = quoted.exec(text);
    const plain = /[^",\n]*/y;
    plain.lastIndex = at;
    const field = match?.[0] ?? plain.exec(text)?.[0] ?? '';
    row.push(match === null ? (field === '' ? null : field) : (match[1] ?? '').replaceAll('""', '"'));
    at += field.length;
    const separator = text[at];
    at += 1;
    if (separator === ',') continue;
    if (separator !== '\n') throw new Error(`unexpected ${JSON.stringify(separator)} at ${at}`);
    rows.push(row);
    row = [];
  }
  return rows;
}
