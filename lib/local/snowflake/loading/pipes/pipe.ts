import { compilationError, tokenize } from '../../../../sql/index.ts';
import type { CatalogObject, ExecutionContext } from '../../statement.ts';
import { type CopyStatement, parseCopy } from '../copy/statement.ts';
import { propertiesOf } from '../objects.ts';

/** What the catalog keeps of a pipe. */
export interface PipeProperties {
  /** COPY INTO …, as written. */
  readonly definition: string;
  readonly autoIngest: boolean;
  readonly paused: boolean;
  readonly errorIntegration: string | null;
  readonly comment: string;
}

export const pipeOf = (object: CatalogObject): PipeProperties => propertiesOf<PipeProperties>(object);

/** COPY options that a pipe does not take. */
const REFUSED = ['FILES', 'SIZE_LIMIT', 'PURGE', 'FORCE', 'RETURN_FAILED_ONLY', 'VALIDATION_MODE'];

/** The queue that S3 has to notify: one for the account and region, shared by all pipes. */
export function notificationChannel(region: string): string {
  return `arn:aws:sqs:${region}:123456789001:sf-snowpipe-AIDAEMBEDDEDSLUICE-Kq7T1o8AAAAAAAAAAAAAAA`;
}

/** Reads the COPY of a pipe and refuses what a pipe cannot do. */
export async function parsePipeCopy(context: ExecutionContext, definition: string): Promise<CopyStatement> {
  const copy = await parseCopy(context, { text: definition, tokens: tokenize(definition) });
  for (const option of REFUSED) {
    if (copy.written.has(option)) {
      throw compilationError(`The COPY option ${option} is not supported in a pipe.`, '001007');
    }
  }
  if (!copy.written.has('ON_ERROR'))
    return { ...copy, onError: { kind: 'SKIP_FILE', errors: 1, percent: false } };
  if (copy.onError.kind === 'ABORT_STATEMENT') {
    throw compilationError('ON_ERROR = ABORT_STATEMENT is not supported in a pipe.', '001007');
  }
  return copy;
}
