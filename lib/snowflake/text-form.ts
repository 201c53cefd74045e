import { doubleText } from '../config/index.ts';
import { parseTargetType } from './target-types.ts';

/**
 * SQL of the text form of a value of RAW, but of documents (see docs/decisions/0012): what Postgres prints of the same value.
 *
 * @param value SQL of a value that is not NULL
 * @param targetType as in the contract
 */
export function textForm(value: string, targetType: string): string {
  const type = parseTargetType(targetType);
  switch (type.kind) {
    case 'VARCHAR':
      return value;
    case 'NUMBER':
      return type.scale === 0 ? `TO_VARCHAR(${value})` : withoutZeros(`TO_VARCHAR(${value})`);
    case 'FLOAT':
      return doubleText(value);
    case 'BOOLEAN':
      return `IFF(${value}, 'true', 'false')`;
    case 'DATE':
      return `TO_VARCHAR(${value}, 'YYYY-MM-DD')`;
    case 'TIME':
      return withoutZeros(`TO_VARCHAR(${value}, 'HH24:MI:SS.FF9')`);
    case 'TIMESTAMP_NTZ':
      return withoutZeros(`TO_VARCHAR(${value}, 'YYYY-MM-DD HH24:MI:SS.FF9')`);
    case 'TIMESTAMP_TZ':
      return `${withoutZeros(`TO_VARCHAR(CONVERT_TIMEZONE('UTC', ${value}), 'YYYY-MM-DD HH24:MI:SS.FF9')`)} || '+00'`;
    case 'BINARY':
      return `LOWER(HEX_ENCODE(${value}))`;
    case 'VARIANT':
      return `'json'`;
  }
}

/** Of a number with a point: `12.50` is `12.5`, `12.00` is `12`. */
function withoutZeros(text: string): string {
  return `RTRIM(RTRIM(${text}, '0'), '.')`;
}
