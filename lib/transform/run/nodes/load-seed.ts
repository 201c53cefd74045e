import type { Warehouse } from '../../../snowflake/index.ts';
import { compilerError } from '../../context/exceptions.ts';
import type { SqlNode } from '../../graph/node.ts';
import { parseCsv } from '../../project/csv.ts';
import { quote, type RelationName, sqlName } from '../../relation.ts';
import { asText } from '../../values.ts';
import { numberText, seedColumns } from './seed-columns.ts';
import { isTransient } from './transient.ts';

/** Values of one statement: Snowflake takes up to 16,384 rows of a VALUES list, and every value is bound. */
const valuesPerStatement = 8_000;

/** Makes a table of a seed's rows. @returns how many there are */
export async function loadSeed(node: SqlNode, relation: RelationName, warehouse: Warehouse): Promise<number> {
  const [header, ...written] = parseCsv(node.rawCode, asText(node.config.delimiter) ?? ',', 'records');
  if (header === undefined)
    throw compilerError(`the seed ${node.name} has no header`, 'Its first line names the columns.');
  // As with dbt, values that are missing at the end of a record are NULL, and all of a blank line.
  const records = written.map((record) => [
    ...record,
    ...Array<string>(Math.max(0, header.length - record.length)).fill(''),
  ]);
  const wrong = records.findIndex((record) => record.length > header.length);
  if (wrong !== -1) {
    throw compilerError(
      `record ${wrong + 1} of the seed ${node.name} has ${records[wrong]?.length} values for ${header.length} columns`,
      'A value with a comma in it stands in double quotes.',
    );
  }
  const columns = seedColumns(node, header, records).map((column) => ({
    ...column,
    name: quote(column.name),
  }));
  const transient = isTransient(node) ? 'TRANSIENT ' : '';
  const definitions = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  await warehouse.execute(`CREATE OR REPLACE ${transient}TABLE ${sqlName(relation)} (${definitions})`);
  const isText = columns.map(({ type }) => /^(?:TEXT|VARCHAR|STRING|CHAR)/i.test(type));
  const size = Math.max(1, Math.floor(valuesPerStatement / header.length));
  for (let start = 0; start < records.length; start += size) {
    const batch = records.slice(start, start + size);
    const places = batch.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
    const binds = batch.flatMap((record) =>
      record.map((value, index) => {
        const found = bound(value, isText[index] === true);
        return found !== null && columns[index]?.isNumber === true ? numberText(found) : found;
      }),
    );
    await warehouse.execute(`INSERT INTO ${sqlName(relation)} VALUES ${places}`, { binds });
  }
  return records.length;
}

/** Nothing is NULL, and so is the word `null` where it cannot be a text. */
function bound(value: string, isText: boolean): string | null {
  return value === '' || (!isText && value.toLowerCase() === 'null') ? null : value;
}
