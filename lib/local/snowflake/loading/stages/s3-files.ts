import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SqlError } from '../../../../sql/index.ts';
import type { S3Access } from '../../statement.ts';

/** A file in a bucket. */
export interface StagedFile {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** Bound on one request to S3; the SDK tries it three times. */
const REQUEST_MS = 60_000;

/** The buckets that stages point to. */
export class S3Files {
  readonly #client: S3Client;

  constructor(access: S3Access) {
    this.#client = new S3Client({
      endpoint: access.endpoint,
      region: access.region,
      credentials: access.credentials,
      forcePathStyle: true,
      maxAttempts: 3,
      requestHandler: {
        requestTimeout: REQUEST_MS,
        connectionTimeout: 5_000,
        httpsAgent: { maxSockets: 32 },
        httpAgent: { maxSockets: 32 },
      },
    });
  }

  /** Every file under a prefix, by key. */
  async list(bucket: string, prefix: string): Promise<StagedFile[]> {
    const files: StagedFile[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask(`s3://${bucket}/${prefix}`, () =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
        files.push({
          bucket,
          key: Key ?? '',
          size: Size ?? 0,
          etag: (ETag ?? '').replaceAll('"', ''),
          lastModified: LastModified ?? new Date(0),
        });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return files;
  }

  /** The file of this key, or undefined when there is none. */
  async head(bucket: string, key: string): Promise<StagedFile | undefined> {
    return this.#ask(`s3://${bucket}/${key}`, async () => {
      try {
        const found = await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return {
          bucket,
          key,
          size: found.ContentLength ?? 0,
          etag: (found.ETag ?? '').replaceAll('"', ''),
          lastModified: found.LastModified ?? new Date(0),
        };
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
        throw error;
      }
    });
  }

  async read(file: StagedFile, signal: AbortSignal): Promise<Readable> {
    const answer = await this.#ask(`s3://${file.bucket}/${file.key}`, () =>
      this.#client.send(new GetObjectCommand({ Bucket: file.bucket, Key: file.key }), {
        abortSignal: signal,
      }),
    );
    if (answer.Body === undefined) throw remoteFailure(`s3://${file.bucket}/${file.key}`, 'there is no body');
    return answer.Body as Readable;
  }

  async remove(file: StagedFile): Promise<void> {
    await this.#ask(`s3://${file.bucket}/${file.key}`, () =>
      this.#client.send(new DeleteObjectCommand({ Bucket: file.bucket, Key: file.key })),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  async #ask<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw remoteFailure(what, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }
}

/** 091003: S3 answered with an error, or not at all. */
export function remoteFailure(what: string, reason: string): SqlError {
  return new SqlError('091003', '22000', `Failure using stage area. Cause: [${reason}] (${what})`);
}

/** 091016: a file that was named is not there. */
export function missingFile(url: string): SqlError {
  return new SqlError(
    '091016',
    '22000',
    `Remote file '${url}' was not found. There are several potential causes. The file might not exist. The required ` +
      'credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted ' +
      'when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.',
  );
}
