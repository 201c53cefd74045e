import { SluiceError } from '../../config/index.ts';
import { quoteIdentifier, type Warehouse } from '../../snowflake/index.ts';

/** `PR_123`. @throws SluiceError PULL_REQUEST_INVALID for what is not the number of a pull request */
export function reviewName(pullRequest: number): string {
  if (Number.isSafeInteger(pullRequest) && pullRequest > 0) return `PR_${pullRequest}`;
  throw new SluiceError({
    code: 'PULL_REQUEST_INVALID',
    kind: 'usage',
    message: `${pullRequest} is not the number of a pull request.`,
    hint: 'Give it with --pr, or run on the event of a pull request (GITHUB_EVENT_PATH).',
  });
}

/** Drops the schemas of a pull request, whatever is in them. @returns their names */
export async function dropReview(
  warehouse: Warehouse,
  database: string,
  pullRequest: number,
): Promise<readonly string[]> {
  const name = reviewName(pullRequest);
  const { rows } = await warehouse.execute(
    `SELECT SCHEMA_NAME FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.SCHEMATA
     WHERE SCHEMA_NAME = ? OR STARTSWITH(SCHEMA_NAME, ?) ORDER BY SCHEMA_NAME`,
    { binds: [name, `${name}__`] },
  );
  const names = rows.map((row) => String(row.SCHEMA_NAME));
  for (const schema of names)
    await warehouse.execute(
      `DROP SCHEMA IF EXISTS ${quoteIdentifier(database)}.${quoteIdentifier(schema)} CASCADE`,
    );
  return names;
}
