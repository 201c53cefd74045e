/**
 * The records of a CSV text by RFC 4180: quotes are doubled, and hold delimiters and line breaks.
 *
 * @param blankLines whether a blank line is left out, or is a record of one empty field
 */
export function parseCsv(
  text: string,
  delimiter = ',',
  blankLines: 'left out' | 'records' = 'left out',
): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const endField = (): void => {
    record.push(field);
    field = '';
  };
  const endRecord = (): void => {
    endField();
    if (blankLines === 'records' || record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  };
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted) {
      if (character !== '"') field += character;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === delimiter) endField();
    else if (character === '\n') endRecord();
    else if (character !== '\r' || text.charAt(at + 1) !== '\n') field += character;
  }
  if (field !== '' || record.length > 0) endRecord();
  return records;
}
