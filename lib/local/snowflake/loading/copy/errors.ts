import { SqlError } from '../../../../sql/index.ts';
import type { Fault } from '../files/records.ts';

const ADVICE =
  "If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or " +
  "'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.";

/** What went wrong in a file, where, in Snowflake's words. `columnName` as in `"T"["A":1]`. */
export function copyError(fault: Fault, file: string, columnName: string | undefined): SqlError {
  const where = [`  File '${file}', line ${fault.line}, character ${fault.character}`];
  if (fault.row > 0) {
    const column = columnName ?? (fault.column > 0 ? `column ${fault.column}` : '');
    where.push(
      `  Row ${fault.row}${column === '' ? '' : `, ${columnName === undefined ? '' : 'column '}${column}`}`,
    );
  }
  return new SqlError(fault.code, '22000', `${fault.message}\n${where.join('\n')}\n  ${ADVICE}`);
}
