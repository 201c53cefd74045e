import { doubleText } from '../config/index.ts';

/**
 * SQL of what each row of a table has in a VARIANT column, as the source's side says it of a document (docs/decisions/0012): the number
 * of its values on all levels, and the sum of their digests. One row for each row of `from` that has a value, by file and row.
 *
 * @param column quoted
 * @param from quoted name of the table
 * @param where a WHERE clause, or nothing
 */
export function documentSums(column: string, from: string, where: string): string {
  // A row that is there twice has one document, and is found by its number.
  const documents = `SELECT _FILE, _ROW, ${column} AS CONTENT FROM ${from} ${where}
      QUALIFY ROW_NUMBER() OVER (PARTITION BY _FILE, _ROW ORDER BY _LOADED_AT) = 1`;
  return `SELECT
      _FILE,
      _ROW,
      CONCAT(TO_VARCHAR(COUNT(*)), '/', TO_VARCHAR(SUM(MD5_NUMBER_LOWER64(CONCAT(MD5(NODE_NAME), ${leafText('CONTENT')}))))) AS SUMS
    FROM (
      SELECT roots._FILE, roots._ROW, '' AS NODE_NAME, roots.CONTENT FROM (${documents}) AS roots
      UNION ALL
      SELECT documents._FILE, documents._ROW, COALESCE(parts.KEY, '') AS NODE_NAME, parts.VALUE AS CONTENT
      FROM (${documents}) AS documents,
        LATERAL FLATTEN(INPUT => documents.CONTENT, RECURSIVE => TRUE) AS parts
    ) AS nodes
    WHERE CONTENT IS NOT NULL
    GROUP BY _FILE, _ROW`;
}

function leafText(value: string): string {
  const number = `${value}::FLOAT`;
  return `CASE TYPEOF(${value})
        WHEN 'VARCHAR' THEN CONCAT('s', ${value}::VARCHAR)
        WHEN 'BOOLEAN' THEN CONCAT('b', ${value}::VARCHAR)
        WHEN 'NULL_VALUE' THEN 'z'
        WHEN 'OBJECT' THEN 'o'
        WHEN 'ARRAY' THEN 'a'
        ELSE CASE
          WHEN ${number} = 0 THEN 'n0'
          WHEN ABS(${number}) BETWEEN 1e-307 AND 1e308 THEN CONCAT('n', ${doubleText(`(${number})`)})
          ELSE 'n?'
        END
      END`;
}
