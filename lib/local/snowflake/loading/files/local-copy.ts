import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { SqlError } from '../../../../sql/index.ts';
import type { S3Files, StagedFile } from '../stages/s3-files.ts';
import { type CanonicalPart, CanonicalWriter } from './canonical-writer.ts';
import { FastCsvScanner, isPlainCsv } from './csv-fast.ts';
import { GeneralCsvScanner } from './csv-general.ts';
import type { Compression, FileFormat } from './format.ts';
import { JsonScanner } from './json-scanner.ts';
import type { Fault, RecordScanner, RecordSink, ScannedFile, ScanRequest } from './records.ts';

/** Files read at the same time. */
const LANES = 6;
const PIECE_BYTES = 256 * 1024;

/** Files whose headers are the same, as canonical CSV. */
export interface Layout {
  readonly header: readonly string[] | undefined;
  readonly parts: readonly CanonicalPart[];
  readonly fewestColumns: number;
  readonly mostColumns: number;
}

/** Local copies of staged files, and what reading them showed. */
export interface LocalCopy {
  readonly files: readonly StagedFile[];
  /** By position in `files`. */
  readonly scanned: readonly ScannedFile[];
  readonly layouts: readonly Layout[];
}

export interface CopyRequest {
  readonly s3: S3Files;
  readonly files: readonly StagedFile[];
  readonly format: FileFormat;
  /** An empty folder to write into. */
  readonly folder: string;
  readonly expectedColumns?: number;
  /** Read every file to its end and record all faults; otherwise reading stops at the first. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
}

/** Reads staged files once: unpacks, checks and cuts them into records, and keeps these as canonical CSV. */
export async function copyLocally(request: CopyRequest): Promise<LocalCopy> {
  const scanned = new Array<ScannedFile>(request.files.length);
  const lanes: Lane[] = [];
  const stopped = new AbortController();
  let next = 0;
  const work = async (lane: Lane) => {
    while (next < request.files.length && !stopped.signal.aborted) {
      const index = next;
      next += 1;
      scanned[index] = await readFile(request, index, lane, stopped.signal);
      if (!request.keepGoing && scanned[index].faults.length > 0) stopped.abort();
    }
  };
  try {
    for (let index = 0; index < Math.min(LANES, request.files.length); index += 1) {
      lanes.push(new Lane(request.folder, index));
    }
    await Promise.all(lanes.map(work));
  } catch (error) {
    stopped.abort();
    throw error;
  } finally {
    for (const lane of lanes) await lane.close();
  }
  const seen = scanned.map((file) => file ?? NOT_READ);
  return { files: request.files, scanned: seen, layouts: layoutsOf(lanes, seen) };
}

/** A file that was not reached, because an earlier one ended the load. */
const NOT_READ: ScannedFile = { rows: 0, header: undefined, fewestColumns: 0, mostColumns: 0, faults: [] };

/** One writer for each header, because files with other columns are read in another way. */
class Lane {
  readonly #folder: string;
  readonly #index: number;
  readonly writers = new Map<string, CanonicalWriter>();

  constructor(folder: string, index: number) {
    this.#folder = folder;
    this.#index = index;
  }

  writer(header: readonly string[] | undefined): CanonicalWriter {
    const key = headerKey(header);
    let writer = this.writers.get(key);
    if (writer === undefined) {
      writer = new CanonicalWriter(this.#folder, `${this.#index}-${this.writers.size}`);
      this.writers.set(key, writer);
    }
    return writer;
  }

  async drain(): Promise<void> {
    for (const writer of this.writers.values()) if (writer.pending) await writer.drain();
  }

  async close(): Promise<void> {
    for (const writer of this.writers.values()) await writer.close();
  }
}

function headerKey(header: readonly string[] | undefined): string {
  return header === undefined ? '' : JSON.stringify(header);
}

function layoutsOf(lanes: readonly Lane[], scanned: readonly ScannedFile[]): Layout[] {
  const keys = new Set(lanes.flatMap((lane) => [...lane.writers.keys()]));
  return [...keys].map((key) => {
    const files = scanned.filter((file) => headerKey(file.header) === key && file.rows > 0);
    return {
      header: files[0]?.header,
      parts: lanes.flatMap((lane) => lane.writers.get(key)?.parts ?? []),
      fewestColumns: Math.min(...files.map((file) => file.fewestColumns)),
      mostColumns: Math.max(0, ...files.map((file) => file.mostColumns)),
    };
  });
}

/** Writes the records of one file; its header decides where to, and is known before the first record. */
class FileSink implements RecordSink {
  readonly #lane: Lane;
  readonly #header: () => readonly string[] | undefined;
  #writer: CanonicalWriter | undefined;

  constructor(lane: Lane, header: () => readonly string[] | undefined) {
    this.#lane = lane;
    this.#header = header;
  }

  get #target(): CanonicalWriter {
    this.#writer ??= this.#lane.writer(this.#header());
    return this.#writer;
  }

  begin(file: number, row: number): void {
    this.#target.begin(file, row);
  }

  raw(bytes: Buffer, from: number, to: number): void {
    this.#target.raw(bytes, from, to);
  }

  field(text: string | null): void {
    this.#target.field(text);
  }

  end(): void {
    this.#target.end();
  }
}

async function readFile(
  request: CopyRequest,
  index: number,
  lane: Lane,
  stopped: AbortSignal,
): Promise<ScannedFile> {
  const file = request.files[index];
  if (file === undefined) return NOT_READ;
  let scanner: RecordScanner | undefined;
  const sink = new FileSink(lane, () => scanner?.header);
  scanner = scannerOf(request.format, {
    file: index,
    sink,
    keepGoing: request.keepGoing,
    ...(request.expectedColumns === undefined ? {} : { expectedColumns: request.expectedColumns }),
  });
  const signal = AbortSignal.any([request.signal, stopped]);
  const reading = scanner;
  try {
    const body = await request.s3.read(file, signal);
    await unpack(body, request.format.compression, file.key, signal, async (bytes) => {
      reading.push(bytes);
      await lane.drain();
    });
    return scanner.finish();
  } catch (error) {
    if (request.signal.aborted || error instanceof SqlError) throw error;
    if (stopped.aborted) return NOT_READ;
    const broken = brokenFile(error, request.format.compression, scanner);
    return { ...NOT_READ, faults: [broken] };
  }
}

function scannerOf(format: FileFormat, request: ScanRequest): RecordScanner {
  if (format.type === 'JSON') return new JsonScanner(format, request);
  return isPlainCsv(format) ? new FastCsvScanner(format, request) : new GeneralCsvScanner(format, request);
}

function brokenFile(error: unknown, compression: Compression, scanner: RecordScanner): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const unpacking = error instanceof Error && 'code' in error && /^(?:Z_|ERR_|ZSTD)/.test(String(error.code));
  return {
    code: unpacking ? '100031' : '091003',
    message: unpacking
      ? `Invalid data encountered during decompression for file, compression type used: ${compression}, cause: '${message}'`
      : `Failure using stage area. Cause: [${message}]`,
    line: scanner.line,
    character: 0,
    row: 0,
    column: 0,
  };
}

/** Gives the unpacked bytes of a file to `take`, piece by piece. A broken or cut archive raises. */
async function unpack(
  body: Readable,
  compression: Compression,
  key: string,
  signal: AbortSignal,
  take: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  const kind = compression === 'AUTO' ? compressionOf(key) : compression;
  const each = async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) await take(piece);
  };
  const options = { chunkSize: PIECE_BYTES };
  switch (kind) {
    case 'NONE':
    case 'AUTO':
      return pipeline(body, each, { signal });
    case 'GZIP':
      return pipeline(body, createGunzip(options), each, { signal });
    case 'DEFLATE':
      return pipeline(body, createInflate(options), each, { signal });
    case 'RAW_DEFLATE':
      return pipeline(body, createInflateRaw(options), each, { signal });
    case 'BROTLI':
      return pipeline(body, createBrotliDecompress(options), each, { signal });
    case 'ZSTD':
      return pipeline(body, createZstdDecompress(options), each, { signal });
  }
}

/** COMPRESSION = AUTO goes by the name. */
function compressionOf(key: string): Compression {
  if (key.endsWith('.gz')) return 'GZIP';
  if (key.endsWith('.zst')) return 'ZSTD';
  if (key.endsWith('.br')) return 'BROTLI';
  if (key.endsWith('.deflate')) return 'DEFLATE';
  return 'NONE';
}

/** METADATA$FILE_CONTENT_KEY: the ETag where it is a checksum, a digest of what tells the file apart otherwise. */
export function contentKey(file: StagedFile): string {
  if (/^[0-9a-f]{32}$/.test(file.etag)) return file.etag;
  return createHash('md5').update(`${file.bucket}\u0000${file.key}\u0000${file.etag}`).digest('hex');
}
