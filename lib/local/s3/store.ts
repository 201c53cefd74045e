import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { NotificationConfiguration } from './notification-config.ts';
import { SortedMap } from './sorted.ts';

/**
 * Buckets on disk. Bytes go into files of their own under `data/`, written once and never changed; what an object is stands
 * in one small JSON file that names its data files and comes to be by rename. So a change is there whole or not at all,
 * also when the process is killed between any two steps; data that no JSON file names is swept up at the next start.
 * Changes are made synchronously: disk, memory and events have one order. Nothing is fsynced, so a power cut may lose
 * the newest objects; the death of the process does not.
 */

export interface Segment {
  /** File under `data/`. */
  readonly id: string;
  readonly size: number;
}

export interface ObjectAttributes {
  /** `content-type`, `cache-control`, …: what S3 gives back as it came. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-…`, without that prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectAttributes {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** ISO 8601, whole seconds, as S3 keeps it. */
  readonly lastModified: string;
  /** Grows with every write of the server; part of the events. */
  readonly sequencer: string;
  readonly segments: readonly Segment[];
  readonly checksum: Checksum | undefined;
  readonly multipart: boolean;
}

export interface StoredPart {
  readonly number: number;
  readonly segment: Segment;
  readonly etag: string;
  readonly lastModified: string;
  readonly checksum: Checksum | undefined;
}

export interface StoredUpload extends ObjectAttributes {
  readonly id: string;
  readonly key: string;
  readonly initiated: string;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType;
}

export interface Upload {
  readonly about: StoredUpload;
  readonly parts: Map<number, StoredPart>;
}

interface BucketRecord {
  readonly name: string;
  readonly createdAt: string;
  readonly notification: NotificationConfiguration | undefined;
}

/** All buckets of one directory. */
export class Store {
  readonly #directory: string;
  readonly #buckets = new Map<string, Bucket>();

  constructor(directory: string) {
    this.#directory = join(directory, 'buckets');
    mkdirSync(this.#directory, { recursive: true });
    for (const name of readdirSync(this.#directory)) {
      const bucket = Bucket.open(join(this.#directory, name));
      if (bucket === undefined) rmSync(join(this.#directory, name), { recursive: true, force: true });
      else this.#buckets.set(name, bucket);
    }
  }

  /** In the order of their names. */
  list(): readonly Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Raises NoSuchBucket. */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    }
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  create(name: string): void {
    this.#buckets.set(name, Bucket.create(join(this.#directory, name), name));
  }

  /** Raises BucketNotEmpty. */
  delete(name: string): void {
    const bucket = this.bucket(name);
    if (bucket.objects.size > 0) {
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
        BucketName: name,
      });
    }
    bucket.remove();
    this.#buckets.delete(name);
  }
}

/** One bucket: its objects, uploads under way and settings. */
export class Bucket {
  readonly #directory: string;
  #record: BucketRecord;
  readonly objects = new SortedMap<StoredObject>();
  readonly uploads = new Map<string, Upload>();
  /** Data files being read, and those to delete once they are not. */
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  private constructor(directory: string, record: BucketRecord) {
    this.#directory = directory;
    this.#record = record;
  }

  static create(directory: string, name: string): Bucket {
    for (const part of ['objects', 'uploads', 'data']) mkdirSync(join(directory, part), { recursive: true });
    const record = { name, createdAt: new Date().toISOString(), notification: undefined };
    writeAtomically(join(directory, 'bucket.json'), record);
    return new Bucket(directory, record);
  }

  /** Undefined where the creation of the bucket never ended. */
  static open(directory: string): Bucket | undefined {
    const record = readJson<BucketRecord>(join(directory, 'bucket.json'));
    if (record === undefined) return undefined;
    const bucket = new Bucket(directory, record);
    bucket.#load();
    return bucket;
  }

  get name(): string {
    return this.#record.name;
  }

  get createdAt(): string {
    return this.#record.createdAt;
  }

  get notification(): NotificationConfiguration | undefined {
    return this.#record.notification;
  }

  set notification(notification: NotificationConfiguration | undefined) {
    const record = { ...this.#record, notification };
    writeAtomically(join(this.#directory, 'bucket.json'), record);
    this.#record = record;
  }

  /** Raises NoSuchKey. */
  object(key: string): StoredObject {
    const object = this.objects.get(key);
    if (object === undefined)
      throw new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
    return object;
  }

  /** Raises NoSuchUpload. */
  upload(key: string, id: string): Upload {
    const upload = this.uploads.get(id);
    if (upload === undefined || upload.about.key !== key) {
      throw new S3Error(
        'NoSuchUpload',
        'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        { UploadId: id },
      );
    }
    return upload;
  }

  /** A new data file: its id, and the path to write it to. */
  newData(): { id: string; path: string } {
    const id = randomUUID();
    return { id, path: this.#dataPath(id) };
  }

  /** The bytes of segments, of this bucket or another, as data of this one: further names of the files, not copies. */
  async linkData(segments: readonly Segment[], paths: readonly string[]): Promise<Segment[]> {
    return await Promise.all(
      segments.map(async (segment, index) => {
        const { id, path } = this.newData();
        await link(paths[index] ?? '', path);
        return { id, size: segment.size };
      }),
    );
  }

  /** Puts an object in place of the one of that key, if any. */
  putObject(object: StoredObject): void {
    const before = this.objects.get(object.key);
    writeAtomically(this.#objectPath(object.key), object);
    this.objects.set(object.key, object);
    if (before !== undefined) this.discard(before.segments);
  }

  deleteObject(key: string): void {
    const object = this.objects.get(key);
    if (object === undefined) return;
    rmSync(this.#objectPath(key), { force: true });
    this.objects.delete(key);
    this.discard(object.segments);
  }

  createUpload(about: StoredUpload): void {
    mkdirSync(join(this.#directory, 'uploads', about.id));
    writeAtomically(join(this.#directory, 'uploads', about.id, 'upload.json'), about);
    this.uploads.set(about.id, { about, parts: new Map() });
  }

  putPart(upload: Upload, part: StoredPart): void {
    const before = upload.parts.get(part.number);
    writeAtomically(join(this.#directory, 'uploads', upload.about.id, `${part.number}.json`), part);
    upload.parts.set(part.number, part);
    if (before !== undefined) this.discard([before.segment]);
  }

  /** Forgets an upload. `kept` are the segments that an object now owns; the others go. */
  endUpload(upload: Upload, kept: readonly Segment[]): void {
    rmSync(join(this.#directory, 'uploads', upload.about.id), { recursive: true, force: true });
    this.uploads.delete(upload.about.id);
    const owned = new Set(kept.map((segment) => segment.id));
    this.discard(
      [...upload.parts.values()].map((part) => part.segment).filter((segment) => !owned.has(segment.id)),
    );
  }

  /** Paths of the segments, safe from deletion until `release` is called. */
  hold(segments: readonly Segment[]): { paths: readonly string[]; release: () => void } {
    for (const { id } of segments) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    const release = (): void => {
      for (const { id } of segments) {
        const left = (this.#readers.get(id) ?? 1) - 1;
        if (left > 0) this.#readers.set(id, left);
        else this.#readers.delete(id);
        if (left === 0 && this.#doomed.delete(id)) this.discard([{ id, size: 0 }]);
      }
    };
    return { paths: segments.map((segment) => this.#dataPath(segment.id)), release };
  }

  /** Deletes data that nothing names any more. What cannot be deleted now is swept up at the next start. */
  discard(segments: readonly Segment[]): void {
    for (const { id } of segments) {
      if (this.#readers.has(id)) this.#doomed.add(id);
      else rm(this.#dataPath(id), { force: true }).catch(() => undefined);
    }
  }

  remove(): void {
    // Without its record the rest of a half-deleted bucket is swept up at the next start.
    rmSync(join(this.#directory, 'bucket.json'), { force: true });
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #load(): void {
    const used = new Set<string>();
    for (const name of jsonFiles(join(this.#directory, 'objects'))) {
      const object = readJson<StoredObject>(join(this.#directory, 'objects', name));
      if (object === undefined) continue;
      this.objects.set(object.key, object);
      for (const segment of object.segments) used.add(segment.id);
    }
    for (const id of readdirSync(join(this.#directory, 'uploads'))) this.#loadUpload(id, used);
    for (const id of readdirSync(join(this.#directory, 'data'))) {
      if (!used.has(id)) rmSync(this.#dataPath(id), { force: true });
    }
  }

  #loadUpload(id: string, used: Set<string>): void {
    const directory = join(this.#directory, 'uploads', id);
    const about = readJson<StoredUpload>(join(directory, 'upload.json'));
    const parts = jsonFiles(directory)
      .filter((name) => name !== 'upload.json')
      .flatMap((name) => readJson<StoredPart>(join(directory, name)) ?? []);
    // A part that an object owns already: the upload was completed, and the process died before it was forgotten.
    if (about === undefined || parts.some((part) => used.has(part.segment.id))) {
      rmSync(directory, { recursive: true, force: true });
      return;
    }
    for (const part of parts) used.add(part.segment.id);
    this.uploads.set(id, { about, parts: new Map(parts.map((part) => [part.number, part])) });
  }

  #dataPath(id: string): string {
    return join(this.#directory, 'data', id);
  }

  /** A digest, because a key may be longer than a file name, and hold any character. */
  #objectPath(key: string): string {
    return join(this.#directory, 'objects', `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}

function writeAtomically(path: string, value: object): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, JSON.stringify(value));
  renameSync(temporary, path);
}

function jsonFiles(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.json'));
}

/** Undefined where there is no such file. Files of the store are only ever whole (see `writeAtomically`). */
function readJson<Record>(path: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
