/**
 * What source and warehouse agree on, so that equal content has equal sums on both sides. Every value has one text form (see
 * docs/decisions/0012-compare-content-by-digests.md); a column's digest is the MD5 of that form in UTF-8, or `n` for NULL; a row's
 * is the MD5 of the digests of its columns, one after the other; content is the sum of the digests of its rows, each half taken
 * as an unsigned whole number of 64 bits, so that the order of rows does not matter and a row that is there twice counts twice.
 */

/** The sum over rows. Sums are decimal texts: they outgrow 64 bits. */
export interface ContentSum {
  readonly rows: number;
  readonly lower: string;
  readonly upper: string;
  /** Sum of the lower halves of a column's digests, NULL left out, by the column's name in Snowflake; empty unless asked for. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Rows whose key's digest (or row's, without a key) begins with the same characters. */
export interface BucketSum {
  readonly rows: number;
  readonly sum: string;
}

/** Rows of one key and content, by their digests. */
export interface RowDigests {
  readonly key: string;
  readonly row: string;
  /** How many: more than one where the key does not tell rows apart. */
  readonly rows: number;
  /** In the source only: it was written after the time asked about, or may have been. */
  readonly isNew?: boolean;
}

/** Characters of a digest that name its bucket: 4,096 buckets. */
export const bucketCharacters = 3;

/** Functions take 100 arguments at most in Postgres. */
const argumentsAtOnce = 50;

/** SQL, the same in Postgres and Snowflake, of the digests of columns one after the other. */
export function joinedDigests(digests: readonly string[]): string {
  if (digests.length === 1) return digests[0] ?? "''";
  if (digests.length <= argumentsAtOnce) return `CONCAT(${digests.join(', ')})`;
  const chunks: string[] = [];
  for (let i = 0; i < digests.length; i += argumentsAtOnce) {
    chunks.push(joinedDigests(digests.slice(i, i + argumentsAtOnce)));
  }
  return joinedDigests(chunks);
}

/**
 * SQL, the same in Postgres and Snowflake, of the text form of a double: sign, whole mantissa of 54 bits and exponent. It takes only
 * steps that IEEE 754 makes exact (a product with a power of two), and sets right what a logarithm may be off by.
 *
 * @param value SQL of a double that is not NULL
 */
export function doubleText(value: string): string {
  // There is no logarithm of 0, whichever branch is looked at first.
  const size = `NULLIF(ABS(${value}), 0)`;
  const guess = `FLOOR(LN(${size}) / LN(2))`;
  // In two steps, because a power of two may be out of range where the product is not.
  const scaled = `(${size} * POWER(2, -FLOOR(${guess} / 2)) * POWER(2, FLOOR(${guess} / 2) - ${guess}))`;
  const mantissa = `CASE WHEN ${scaled} >= 2 THEN ${scaled} / 2 WHEN ${scaled} < 1 THEN ${scaled} * 2 ELSE ${scaled} END`;
  const exponent = `${guess} + CASE WHEN ${scaled} >= 2 THEN 1 WHEN ${scaled} < 1 THEN -1 ELSE 0 END`;
  return [
    'CASE',
    `WHEN ${value} = CAST('NaN' AS FLOAT) THEN 'NaN'`,
    `WHEN ${value} = CAST('inf' AS FLOAT) THEN 'Infinity'`,
    `WHEN ${value} = CAST('-inf' AS FLOAT) THEN '-Infinity'`,
    `WHEN ${value} = 0 THEN '0'`,
    `ELSE CONCAT(CASE WHEN ${value} < 0 THEN '-' ELSE '' END,`,
    `CAST(CAST((${mantissa}) * 9007199254740992 AS BIGINT) AS VARCHAR), 'p',`,
    `CAST(CAST(${exponent} AS BIGINT) AS VARCHAR)) END`,
  ].join(' ');
}
