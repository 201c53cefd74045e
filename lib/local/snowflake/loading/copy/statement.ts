import { compilationError, type Statement, tokenize, unsupported } from '../../../../sql/index.ts';
import type { ExecutionContext, QualifiedName } from '../../statement.ts';
import { TokenCursor } from '../cursor.ts';
import { CSV_DEFAULTS, type FileFormat } from '../files/format.ts';
import { readFormatChoice, resolveFormat } from '../files/format-choice.ts';
import { OptionReader, readOptions } from '../options.ts';
import { readLocation } from '../stages/files.ts';
import { findLocation, type StageLocation } from '../stages/stage.ts';

/** What happens to a file with errors: the statement ends, its bad rows are left out, or it is when it has so many. */
export type OnError =
  | { readonly kind: 'ABORT_STATEMENT' | 'CONTINUE' }
  | { readonly kind: 'SKIP_FILE'; readonly errors: number; readonly percent: boolean };

/** A COPY INTO as it was written, names resolved. */
export interface CopyStatement {
  readonly table: QualifiedName;
  readonly columns: readonly string[] | undefined;
  readonly location: StageLocation;
  /** What stands after `@`. */
  readonly locationText: string;
  /** The query of `FROM (SELECT … FROM @stage)`. */
  readonly query: string | undefined;
  readonly files: readonly string[] | undefined;
  readonly pattern: string | undefined;
  readonly format: FileFormat;
  readonly match: 'CASE_SENSITIVE' | 'CASE_INSENSITIVE' | undefined;
  /** Column name and METADATA$ column. */
  readonly includeMetadata: readonly (readonly [column: string, source: string])[];
  readonly onError: OnError;
  readonly force: boolean;
  readonly purge: boolean;
  readonly truncateColumns: boolean;
  readonly sizeLimit: number | undefined;
  readonly returnFailedOnly: boolean;
  readonly validationMode: string | undefined;
  /** The options that were written, for what a pipe refuses. */
  readonly written: ReadonlySet<string>;
}

const METADATA = new Set([
  'METADATA$FILENAME',
  'METADATA$FILE_ROW_NUMBER',
  'METADATA$FILE_CONTENT_KEY',
  'METADATA$FILE_LAST_MODIFIED',
  'METADATA$START_SCAN_TIME',
]);

/** Reads COPY INTO <table>. */
export async function parseCopy(context: ExecutionContext, statement: Statement): Promise<CopyStatement> {
  const cursor = new TokenCursor(statement);
  cursor.expect('COPY', 'INTO');
  if (cursor.seesSymbol('@') || cursor.peek()?.kind === 'string')
    throw unsupported('COPY INTO a location (unloading)');
  const table = context.qualify(cursor.nameParts());
  const columns = cursor.seesSymbol('(') ? readNames(cursor) : undefined;
  cursor.expect('FROM');
  const { query, locationText } = readFrom(cursor);
  const location = await findLocation(context, locationText);
  const options = readOptions(cursor);
  cursor.end();
  const reader = new OptionReader(options, 'COPY INTO');
  const choice = reader.value('FILE_FORMAT');
  const chosen =
    choice === undefined
      ? location.properties.format
      : await readFormatChoice(context, choice, location.properties.format);
  const format = chosen === undefined ? CSV_DEFAULTS : await resolveFormat(context, chosen);
  const match = reader.choice('MATCH_BY_COLUMN_NAME', ['CASE_SENSITIVE', 'CASE_INSENSITIVE', 'NONE']);
  const enforceLength = reader.boolean('ENFORCE_LENGTH') ?? true;
  const result: CopyStatement = {
    table,
    columns,
    location,
    locationText,
    query,
    files: reader.texts('FILES'),
    pattern: reader.text('PATTERN'),
    format,
    match: match === 'NONE' ? undefined : match,
    includeMetadata: readMetadata(reader),
    onError: readOnError(reader),
    force: reader.boolean('FORCE') ?? false,
    purge: reader.boolean('PURGE') ?? false,
    truncateColumns: reader.boolean('TRUNCATECOLUMNS') ?? !enforceLength,
    sizeLimit: reader.whole('SIZE_LIMIT'),
    returnFailedOnly: reader.boolean('RETURN_FAILED_ONLY') ?? false,
    validationMode: reader.text('VALIDATION_MODE')?.toUpperCase(),
    written: new Set(options.keys()),
  };
  // Load metadata is never uncertain here: it is kept for as long as Snowflake keeps it, and exactly.
  reader.boolean('LOAD_UNCERTAIN_FILES');
  reader.finish();
  check(result);
  return result;
}

function check(copy: CopyStatement): void {
  if (copy.files !== undefined && copy.pattern !== undefined) {
    throw compilationError('FILES and PATTERN cannot be used together.', '001007');
  }
  if (copy.query !== undefined && copy.match !== undefined) {
    throw compilationError(
      'MATCH_BY_COLUMN_NAME copy option is not supported with COPY transformations.',
      '001007',
    );
  }
  if (copy.query !== undefined && copy.validationMode !== undefined) {
    throw compilationError('VALIDATION_MODE is not supported with COPY transformations.', '001007');
  }
  if (copy.match !== undefined && copy.columns !== undefined) {
    throw compilationError('A column list cannot be used with MATCH_BY_COLUMN_NAME.', '001007');
  }
  if (copy.includeMetadata.length > 0 && copy.match === undefined) {
    throw compilationError('INCLUDE_METADATA needs MATCH_BY_COLUMN_NAME.', '001007');
  }
  if (copy.format.type !== 'CSV') return;
  if (copy.match !== undefined && !copy.format.parseHeader) {
    throw compilationError('MATCH_BY_COLUMN_NAME of CSV files needs PARSE_HEADER = TRUE.', '001007');
  }
  if (copy.match !== undefined && copy.format.errorOnColumnCountMismatch) {
    throw compilationError(
      'MATCH_BY_COLUMN_NAME of CSV files needs ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE.',
      '001007',
    );
  }
  if (copy.match === undefined && copy.format.parseHeader) {
    throw compilationError(
      'PARSE_HEADER = TRUE can be used in COPY with MATCH_BY_COLUMN_NAME only.',
      '001007',
    );
  }
}

function readNames(cursor: TokenCursor): string[] {
  cursor.expectSymbol('(');
  const names = [cursor.nameParts().at(-1) ?? ''];
  while (cursor.acceptSymbol(',')) names.push(cursor.nameParts().at(-1) ?? '');
  cursor.expectSymbol(')');
  return names;
}

function readFrom(cursor: TokenCursor): { query: string | undefined; locationText: string } {
  if (!cursor.seesSymbol('(')) return { query: undefined, locationText: readLocation(cursor) };
  const from = cursor.next().end;
  let depth = 1;
  let to = from;
  while (depth > 0) {
    const token = cursor.next();
    if (token.kind === 'symbol' && token.value === '(') depth += 1;
    if (token.kind === 'symbol' && token.value === ')') depth -= 1;
    to = token.start;
  }
  const query = cursor.text.slice(from, to).trim();
  const inside = new TokenCursor({ text: query, tokens: tokenize(query) });
  while (!inside.done) {
    if (inside.accept('FROM')) {
      const token = inside.peek();
      if (inside.seesSymbol('@') || (token?.kind === 'string' && token.value.startsWith('@'))) {
        return { query, locationText: readLocation(inside) };
      }
    } else inside.next();
  }
  throw compilationError('the SELECT of a COPY has to read from a stage.', '001003');
}

function readMetadata(reader: OptionReader): (readonly [string, string])[] {
  const nested = reader.nested('INCLUDE_METADATA');
  if (nested === undefined) return [];
  return [...nested].map(([column, value]) => {
    const source = 'text' in value ? value.text.toUpperCase() : '';
    if (!METADATA.has(source)) throw reader.invalid('INCLUDE_METADATA', `one of ${[...METADATA].join(', ')}`);
    return [column, source] as const;
  });
}

function readOnError(reader: OptionReader): OnError {
  const text = reader.text('ON_ERROR')?.toUpperCase() ?? 'ABORT_STATEMENT';
  if (text === 'ABORT_STATEMENT' || text === 'CONTINUE') return { kind: text };
  if (text === 'SKIP_FILE') return { kind: 'SKIP_FILE', errors: 1, percent: false };
  const match = /^SKIP_FILE_(\d+)(%?)$/.exec(text);
  if (match === null)
    throw reader.invalid('ON_ERROR', 'ABORT_STATEMENT, CONTINUE, SKIP_FILE, SKIP_FILE_n or SKIP_FILE_n%');
  return { kind: 'SKIP_FILE', errors: Number(match[1]), percent: match[2] === '%' };
}
