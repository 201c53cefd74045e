import { classByState } from '../lib/extract/errors.ts';
import { classes } from '../lib/snowflake/errors.ts';
import { classByName } from '../lib/staging/errors.ts';

interface ErrorClass {
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string;
}

/** `docs/errors.md`: what the three systems say, what Sluice makes of it, and what to do, from the tables that class errors. */
export function errorsDocument(): string {
  return `# Errors

What Postgres, S3 and Snowflake say, the code that Sluice gives it, and what to do. This page is written by \`npm run docs:errors\`
from the tables by which errors are classed (\`lib/extract/errors.ts\`, \`lib/staging/errors.ts\`, \`lib/snowflake/errors.ts\`).

*Heals itself*: it is tried again, with growing pauses, and ends a run only when it goes on for minutes. *Needs a person*: it is not
tried again, the run says so at once. Every error has its code, the code of the system it came from, and the hint below; \`--json\` has
them as fields.

## Postgres

By SQLSTATE (PostgreSQL manual, appendix A); two characters stand for a whole class. What has no row is \`SOURCE_FAILED\`, and needs a
person; what never reached the server is \`SOURCE_UNREACHABLE\`, and heals itself.

${tableOf('SQLSTATE', classByState)}

## S3

By the name of the error. What has no row goes by its HTTP status: 401 and 403 are \`STAGING_REFUSED\`, 404 \`STAGING_NO_KEY\`, 412
\`STAGING_KEY_EXISTS\`, 429 and 5xx \`STAGING_THROTTLED\`.

${tableOf('error', classByName)}

## Snowflake

By Snowflake's own number; 40nnnn are those of its driver. What has no row is \`SNOWFLAKE_LOGIN_REFUSED\` from 390000 on,
\`SNOWFLAKE_SYNTAX\` with an SQLSTATE of class 42, and \`SNOWFLAKE_FAILED\` otherwise.

${tableOf('number', classes)}
`;
}

/** One row for each class, with all that it is said by. */
function tableOf(said: string, byWord: Readonly<Record<string, ErrorClass>>): string {
  const classed = Map.groupBy(
    Object.entries(byWord),
    ([, { code, retryable, hint }]) =>
      `| \`${code}\` | ${retryable ? 'heals itself' : 'needs a person'} | ${escaped(hint)} |`,
  );
  const rows = [...classed].map(([rest, entries]) => `| ${entries.map(([word]) => word).join(', ')} ${rest}`);
  return [`| ${said} | code | | what to do |`, '| --- | --- | --- | --- |', ...rows].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
