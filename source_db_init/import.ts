import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SluiceError, type SourceConnection } from '../lib/config/index.ts';
import { copyInto, replaceSales } from './connect.ts';
import { readAsUtf8 } from './encoding.ts';

export interface ImportOptions {
  /** Called as the file is read; bytes of the file as it lies on disk. */
  readonly onProgress?: (progress: { readonly bytesRead: number; readonly totalBytes: number }) => void;
}

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
];

/**
 * Loads the "Online Retail" file (UCI, Kaggle): .csv or .csv.gz, UTF-8 or ISO-8859-1, any order of its columns. It replaces
 * all sales, or nothing when it raises SALES_FILE_… (usage). Returns the number of rows.
 *
 * Postgres itself parses the file as it streams by: month-first dates (`12/1/2010 8:26`) are a setting of the session, and
 * empty descriptions and customers, quoted or not, become NULL by FORCE_NULL. Nothing else about a value is changed.
 */
export async function importSales(
  connection: SourceConnection,
  file: string,
  options: ImportOptions = {},
): Promise<number> {
  const text = readAsUtf8(await openFile(file, options));
  const first = await text.next();
  const columns = readHeader(file, first.value ?? '');
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value ?? Buffer.alloc(0);
    yield* text;
  }
  try {
    return await replaceSales(connection, async (client) => {
      await client.query("SET LOCAL datestyle = 'ISO, MDY'");
      await client.query("SET LOCAL client_encoding = 'UTF8'");
      const statement = `COPY ecommerce_sales (${columns.join(', ')}) FROM STDIN
        (FORMAT csv, HEADER, FORCE_NULL (description, customerid))`;
      return await copyInto(client, statement, all());
    });
  } catch (error) {
    throw explain(file, error);
  }
}

/** The bytes of the file, unpacked when they are gzip, whatever its name says. */
async function openFile(file: string, options: ImportOptions): Promise<AsyncIterable<Buffer>> {
  const totalBytes = await sizeOf(file);
  let bytesRead = 0;
  const counter = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      bytesRead += bytes.length;
      options.onProgress?.({ bytesRead, totalBytes });
      done(null, bytes);
    },
  });
  const head = createReadStream(file, { end: 1 });
  const magic: Buffer[] = [];
  for await (const bytes of head) magic.push(bytes);
  const isGzip = Buffer.concat(magic).equals(Buffer.from([0x1f, 0x8b]));
  const raw = createReadStream(file, { highWaterMark: 1 << 18 });
  // An error of any of them reaches whoever reads the last one.
  const ignore = (): void => undefined;
  if (!isGzip) return pipeline(raw, counter, ignore);
  return pipeline(raw, counter, createGunzip({ chunkSize: 1 << 18 }), ignore);
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    throw new SluiceError({
      code: 'SALES_FILE_MISSING',
      kind: 'usage',
      message: `There is no file ${file} to import.`,
      hint: 'Give the path of the "Online Retail" file: .csv or .csv.gz.',
      details: { file },
      cause,
    });
  }
}

/** The columns of our table in the order of the file. */
function readHeader(file: string, start: Buffer | string): readonly string[] {
  const line = start.toString().split(/\r?\n/, 1)[0] ?? '';
  const found = line.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const names = found.map((name) => name.toLowerCase());
  const missing = COLUMNS.filter((name) => !names.includes(name.toLowerCase()));
  const unknown = found.filter(
    (name) => !COLUMNS.some((column) => column.toLowerCase() === name.toLowerCase()),
  );
  if (missing.length === 0 && unknown.length === 0 && names.length === COLUMNS.length) return names;
  const what = [
    ...(missing.length === 0 ? [] : [`it lacks ${missing.join(', ')}`]),
    ...(unknown.length === 0
      ? []
      : [`${unknown.map((name) => JSON.stringify(name.slice(0, 40))).join(', ')} is unknown`]),
    ...(missing.length === 0 && unknown.length === 0 ? ['a column is there twice'] : []),
  ];
  throw new SluiceError({
    code: 'SALES_FILE_HEADER',
    kind: 'usage',
    message: `${file} does not begin with the header of the "Online Retail" file: ${what.join('; ')}.`,
    hint: `Expected, separated by commas: ${COLUMNS.join(',')}.`,
    details: { file, missing, unknown },
  });
}

/** What Postgres says of a value that does not fit names the line of the file and the column. */
function explain(file: string, error: unknown): unknown {
  const isGzipError = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  const where = error instanceof Error && 'where' in error ? String(error.where) : undefined;
  if (!isGzipError && where === undefined) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SluiceError({
    code: 'SALES_FILE_INVALID',
    kind: 'usage',
    message: `${file} could not be imported: ${message}${where === undefined ? '' : ` (${where.replace(/^COPY ecommerce_sales, /, '')})`}`,
    hint: 'Nothing was changed. Correct the file, or fetch it again.',
    details: { file },
    cause: error,
  });
}
