import { SluiceError, type SluiceErrorOptions, type Table } from '../config/index.ts';
import type { Manifest } from '../staging/index.ts';

export interface TableFailure {
  readonly table: string;
  /** Undefined when the table could not even be begun. */
  readonly window: string | undefined;
  readonly error: SluiceError;
}

/** Some windows were not extracted. What `manifests` holds is complete and stays. */
export class ExtractError extends SluiceError {
  readonly manifests: readonly Manifest[];
  readonly failures: readonly TableFailure[];

  constructor(
    options: SluiceErrorOptions,
    manifests: readonly Manifest[],
    failures: readonly TableFailure[] = [],
  ) {
    super(options);
    this.manifests = manifests;
    this.failures = failures;
  }
}

/** @param planned windows that were to be extracted */
export function failedError(
  failures: readonly TableFailure[],
  planned: number,
  manifests: readonly Manifest[],
): SluiceError {
  const errors = failures.map(({ error }) => error);
  const [first] = errors;
  const kinds = new Set(errors.map((error) => error.kind));
  const worst = (['outside', 'usage', 'work'] as const).find((kind) => kinds.has(kind));
  const list = failures.map(({ table, window, error }) => {
    const what = window === undefined ? table : `${table} ${window}`;
    return `${what}: ${error.message}`;
  });
  return new ExtractError(
    {
      code:
        first !== undefined && new Set(errors.map(({ code }) => code)).size === 1
          ? first.code
          : 'EXTRACT_FAILED',
      kind: worst ?? 'outside',
      message: `${list.join('\n')}\n${manifests.length} of ${planned} windows were extracted`,
      hint: [...new Set(errors.map(({ hint }) => hint))].join(' '),
      retryable: errors.every((error) => error.retryable),
      details: { ...first?.details, tables: [...new Set(failures.map(({ table }) => table))] },
      cause: first,
    },
    manifests,
    failures,
  );
}

export function stoppedError(planned: number, manifests: readonly Manifest[]): SluiceError {
  return new ExtractError(
    {
      code: 'EXTRACT_STOPPED',
      kind: 'outside',
      message: `The extract was stopped after ${manifests.length} of ${planned} windows`,
      hint: 'What was extracted stays and is loaded. Give the same command again for the rest: a window that is read twice is applied once.',
      details: { windowsDone: manifests.length, windowsPlanned: planned },
    },
    manifests,
  );
}

export function noContractError(table: Table): SluiceError {
  return new SluiceError({
    code: 'CONTRACT_MISSING',
    kind: 'usage',
    message: `There is no contract of the table ${table.name}`,
    hint: `Run \`sluice plan\` to record contracts/${table.name}.json, and commit it.`,
    details: { table: table.name },
  });
}

export function otherPrefixError(configured: string, given: string): SluiceError {
  return new SluiceError({
    code: 'STAGING_PREFIX_DIFFERS',
    kind: 'usage',
    message: `The bucket was opened with the prefix "${given}", but the project's is "${configured}"`,
    hint: 'Open it with openStaging(connection, { prefix: project.staging.prefix }): Snowflake looks there.',
  });
}
