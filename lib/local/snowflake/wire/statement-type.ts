import { splitStatements } from '../../../sql/index.ts';
import { headOf } from '../head.ts';
import type { StatementResult } from '../statement.ts';

/** Snowflake's numbers of statement kinds; the driver counts affected rows for 0x3000 to 0x3fff. */
const TYPES: Readonly<Record<string, number>> = {
  SELECT: 0x1000,
  WITH: 0x1000,
  VALUES: 0x1000,
  INSERT: 0x3100,
  UPDATE: 0x3200,
  DELETE: 0x3300,
  MERGE: 0x3400,
  SHOW: 0x4000,
  DESC: 0x4000,
  BEGIN: 0x5000,
  COMMIT: 0x5000,
  ROLLBACK: 0x5000,
};

export function statementTypeId(sql: string, result: StatementResult): number {
  const verb = headOf(splitStatements(sql).at(-1) ?? { text: '', tokens: [] })[0] ?? '';
  return TYPES[verb] ?? (result.affected ? 0x3000 : 0x6000);
}
