import { unsupported } from '../../../../sql/index.ts';
import { OptionReader, type Options } from '../options.ts';

export type Compression = 'AUTO' | 'GZIP' | 'ZSTD' | 'BROTLI' | 'DEFLATE' | 'RAW_DEFLATE' | 'NONE';

/** What the types of file have in common. JSON-serializable. */
interface CommonFormat {
  readonly compression: Compression;
  /** Texts that stand for NULL. */
  readonly nullIf: readonly string[];
  readonly trimSpace: boolean;
  readonly dateFormat: string;
  readonly timeFormat: string;
  readonly timestampFormat: string;
  readonly binaryFormat: 'HEX' | 'BASE64' | 'UTF8';
  readonly replaceInvalidCharacters: boolean;
  readonly skipByteOrderMark: boolean;
}

export interface CsvFormat extends CommonFormat {
  readonly type: 'CSV';
  /** `null` is NONE: there is one record or field. */
  readonly recordDelimiter: string | null;
  readonly fieldDelimiter: string | null;
  readonly parseHeader: boolean;
  readonly skipHeader: number;
  readonly skipBlankLines: boolean;
  readonly escape: string | null;
  readonly escapeUnenclosed: string | null;
  readonly enclosedBy: string | null;
  readonly errorOnColumnCountMismatch: boolean;
  readonly emptyFieldAsNull: boolean;
  readonly encoding: string;
}

export interface JsonFormat extends CommonFormat {
  readonly type: 'JSON';
  readonly stripOuterArray: boolean;
  readonly stripNullValues: boolean;
  readonly allowDuplicate: boolean;
}

export type FileFormat = CsvFormat | JsonFormat;

const COMMON = {
  compression: 'AUTO',
  trimSpace: false,
  dateFormat: 'AUTO',
  timeFormat: 'AUTO',
  timestampFormat: 'AUTO',
  binaryFormat: 'HEX',
  replaceInvalidCharacters: false,
  skipByteOrderMark: true,
} as const;

export const CSV_DEFAULTS: CsvFormat = {
  ...COMMON,
  type: 'CSV',
  nullIf: ['\\N'],
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  parseHeader: false,
  skipHeader: 0,
  skipBlankLines: false,
  escape: null,
  escapeUnenclosed: '\\',
  enclosedBy: null,
  errorOnColumnCountMismatch: true,
  emptyFieldAsNull: true,
  encoding: 'UTF8',
};

export const JSON_DEFAULTS: JsonFormat = {
  ...COMMON,
  type: 'JSON',
  nullIf: [],
  stripOuterArray: false,
  stripNullValues: false,
  allowDuplicate: false,
};

/** What an option may be for the file to be read here; anything else Snowflake knows is refused by name. */
const ENCODINGS = new Set([
  'UTF8',
  'UTF-8',
  'ISO88591',
  'ISO-8859-1',
  'WINDOWS1252',
  'WINDOWS-1252',
  'UTF16LE',
  'UTF-16LE',
]);
const COMPRESSIONS = ['AUTO', 'GZIP', 'ZSTD', 'BROTLI', 'DEFLATE', 'RAW_DEFLATE', 'NONE'] as const;

/**
 * A file format from its options; what they leave out comes from `base` while the type stays the same, or from
 * Snowflake's defaults. Unknown options are errors.
 */
export function fileFormat(options: Options, base?: FileFormat): FileFormat {
  const reader = new OptionReader(options, 'FILE FORMAT');
  const named = reader.text('TYPE')?.toUpperCase() ?? base?.type ?? 'CSV';
  if (named !== 'CSV' && named !== 'JSON') throw unsupported(`files of TYPE ${named}`);
  const format =
    named === 'CSV'
      ? csv(reader, base?.type === 'CSV' ? base : CSV_DEFAULTS)
      : json(reader, base?.type === 'JSON' ? base : JSON_DEFAULTS);
  reader.finish();
  return format;
}

function common(reader: OptionReader, base: CommonFormat): CommonFormat {
  for (const name of ['DATE_FORMAT', 'TIME_FORMAT', 'TIMESTAMP_FORMAT']) {
    const text = reader.text(name);
    if (text !== undefined && text.toUpperCase() !== 'AUTO')
      throw unsupported(`${name} = '${text}' (AUTO only)`);
  }
  return {
    compression: reader.choice('COMPRESSION', COMPRESSIONS) ?? base.compression,
    nullIf: reader.texts('NULL_IF') ?? base.nullIf,
    trimSpace: reader.boolean('TRIM_SPACE') ?? base.trimSpace,
    dateFormat: base.dateFormat,
    timeFormat: base.timeFormat,
    timestampFormat: base.timestampFormat,
    binaryFormat: reader.choice('BINARY_FORMAT', ['HEX', 'BASE64', 'UTF8']) ?? base.binaryFormat,
    replaceInvalidCharacters: reader.boolean('REPLACE_INVALID_CHARACTERS') ?? base.replaceInvalidCharacters,
    skipByteOrderMark: reader.boolean('SKIP_BYTE_ORDER_MARK') ?? base.skipByteOrderMark,
  };
}

function csv(reader: OptionReader, base: CsvFormat): CsvFormat {
  const encoding = reader.text('ENCODING')?.toUpperCase() ?? base.encoding;
  if (!ENCODINGS.has(encoding)) throw unsupported(`ENCODING = '${encoding}'`);
  const format: CsvFormat = {
    ...common(reader, base),
    type: 'CSV',
    recordDelimiter: delimiter(reader, 'RECORD_DELIMITER', base.recordDelimiter),
    fieldDelimiter: delimiter(reader, 'FIELD_DELIMITER', base.fieldDelimiter),
    parseHeader: reader.boolean('PARSE_HEADER') ?? base.parseHeader,
    skipHeader: reader.whole('SKIP_HEADER') ?? base.skipHeader,
    skipBlankLines: reader.boolean('SKIP_BLANK_LINES') ?? base.skipBlankLines,
    escape: character(reader, 'ESCAPE', base.escape),
    escapeUnenclosed: character(reader, 'ESCAPE_UNENCLOSED_FIELD', base.escapeUnenclosed),
    enclosedBy: character(reader, 'FIELD_OPTIONALLY_ENCLOSED_BY', base.enclosedBy),
    errorOnColumnCountMismatch:
      reader.boolean('ERROR_ON_COLUMN_COUNT_MISMATCH') ?? base.errorOnColumnCountMismatch,
    emptyFieldAsNull: reader.boolean('EMPTY_FIELD_AS_NULL') ?? base.emptyFieldAsNull,
    encoding,
  };
  if (format.skipHeader < 0) throw reader.invalid('SKIP_HEADER', 'a whole number of at least 0');
  if (format.parseHeader && format.skipHeader > 0)
    throw reader.invalid('SKIP_HEADER', '0 beside PARSE_HEADER = TRUE');
  return format;
}

function json(reader: OptionReader, base: JsonFormat): JsonFormat {
  const octal = reader.boolean('ENABLE_OCTAL') ?? false;
  if (octal) throw unsupported('ENABLE_OCTAL = TRUE');
  if (reader.boolean('IGNORE_UTF8_ERRORS') ?? false) throw unsupported('IGNORE_UTF8_ERRORS = TRUE');
  return {
    ...common(reader, base),
    type: 'JSON',
    stripOuterArray: reader.boolean('STRIP_OUTER_ARRAY') ?? base.stripOuterArray,
    stripNullValues: reader.boolean('STRIP_NULL_VALUES') ?? base.stripNullValues,
    allowDuplicate: reader.boolean('ALLOW_DUPLICATE') ?? base.allowDuplicate,
  };
}

/** Up to 20 characters, or NONE; `0x2C` and `\x2c` style escapes as well. */
function delimiter(reader: OptionReader, name: string, base: string | null): string | null {
  const text = reader.text(name);
  if (text === undefined) return base;
  if (text.toUpperCase() === 'NONE') return null;
  const value = /^0x([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text.slice(2), 'hex').toString('utf8') : text;
  if (value === '' || value.length > 20) throw reader.invalid(name, 'NONE or 1 to 20 characters');
  return value;
}

/** A single character, or NONE. */
function character(reader: OptionReader, name: string, base: string | null): string | null {
  const value = delimiter(reader, name, base);
  if (value !== null && value.length !== 1) throw reader.invalid(name, 'NONE or one character');
  return value;
}

/** Every option of a format as Snowflake lists them: name, type, value, default. */
export function formatProperties(
  format: FileFormat,
): [name: string, type: string, value: string, initial: string][] {
  const defaults = format.type === 'CSV' ? CSV_DEFAULTS : JSON_DEFAULTS;
  const before = new Map(printable(defaults).map(([name, , value]) => [name, value]));
  return printable(format).map(([name, type, value]) => [name, type, value, before.get(name) ?? '']);
}

function printable(format: FileFormat): [name: string, type: string, value: string][] {
  const list = (items: readonly string[]) => `[${items.join(', ')}]`;
  const shared: [string, string, string][] = [
    ['TRIM_SPACE', 'Boolean', String(format.trimSpace)],
    ['NULL_IF', 'List', list(format.nullIf)],
    ['COMPRESSION', 'String', format.compression],
    ['DATE_FORMAT', 'String', format.dateFormat],
    ['TIME_FORMAT', 'String', format.timeFormat],
    ['TIMESTAMP_FORMAT', 'String', format.timestampFormat],
    ['BINARY_FORMAT', 'String', format.binaryFormat],
    ['REPLACE_INVALID_CHARACTERS', 'Boolean', String(format.replaceInvalidCharacters)],
    ['SKIP_BYTE_ORDER_MARK', 'Boolean', String(format.skipByteOrderMark)],
  ];
  if (format.type === 'JSON') {
    return [
      ['TYPE', 'String', 'JSON'],
      ...shared,
      ['STRIP_OUTER_ARRAY', 'Boolean', String(format.stripOuterArray)],
      ['STRIP_NULL_VALUES', 'Boolean', String(format.stripNullValues)],
      ['ALLOW_DUPLICATE', 'Boolean', String(format.allowDuplicate)],
    ];
  }
  const none = (text: string | null) =>
    text === null ? 'NONE' : text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return [
    ['TYPE', 'String', 'CSV'],
    ['RECORD_DELIMITER', 'String', none(format.recordDelimiter)],
    ['FIELD_DELIMITER', 'String', none(format.fieldDelimiter)],
    ['SKIP_HEADER', 'Integer', String(format.skipHeader)],
    ['PARSE_HEADER', 'Boolean', String(format.parseHeader)],
    ...shared,
    ['ESCAPE', 'String', none(format.escape)],
    ['ESCAPE_UNENCLOSED_FIELD', 'String', none(format.escapeUnenclosed)],
    ['FIELD_OPTIONALLY_ENCLOSED_BY', 'String', none(format.enclosedBy)],
    ['ERROR_ON_COLUMN_COUNT_MISMATCH', 'Boolean', String(format.errorOnColumnCountMismatch)],
    ['SKIP_BLANK_LINES', 'Boolean', String(format.skipBlankLines)],
    ['EMPTY_FIELD_AS_NULL', 'Boolean', String(format.emptyFieldAsNull)],
    ['ENCODING', 'String', format.encoding],
  ];
}
