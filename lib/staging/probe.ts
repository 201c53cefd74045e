import { gzipSync } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
} from '@aws-sdk/client-s3';
import { type Check, type Finding, runChecks, SluiceError, type StagingConnection } from '../config/index.ts';
import { type Bucket, headObject, openBucket } from './bucket.ts';
import { stagingError } from './errors.ts';
import { manifestPrefix, newRunId } from './layout.ts';
import { MultipartUpload } from './multipart.ts';
import { openStaging, type Staging } from './staging.ts';

/** What a probe leaves for Snowflake to read, until `remove`. */
export interface StagingProbe {
  readonly findings: readonly Finding[];
  /** Key of a gzipped CSV with one column V and one row, without the prefix of the staging; undefined when it could not be written. */
  readonly key: string | undefined;
  readonly value: string;
  /** Removes what the probe has written. */
  remove(): Promise<readonly Finding[]>;
}

/**
 * Does in the bucket what a run does, with objects under `probes/`, which no pipe looks at: writes, reads, lists, is refused to write a key
 * twice, uploads in parts.
 */
export async function probeStaging(connection: StagingConnection, prefix: string): Promise<StagingProbe> {
  const staging = openStaging(connection, { prefix, attempts: 2 });
  const bucket = openBucket(connection, { attempts: 2 });
  const value = newRunId();
  const folder = `probes/${value}`;
  const keys = { file: `${prefix}${folder}/probe.csv.gz`, parts: `${prefix}${folder}/parts.txt` };
  const findings = [
    ...(await runChecks(objectChecks(staging, bucket, keys, value), { chained: true })),
    ...(await runChecks(bucketChecks(bucket, connection))),
  ];
  const isWritten = findings.some(({ check, ok }) => check === 'bucket put' && ok);
  return {
    findings,
    key: isWritten ? `${folder}/probe.csv.gz` : undefined,
    value,
    async remove() {
      const removed = isWritten ? await runChecks([removal(bucket, [keys.file, keys.parts])]) : [];
      staging.close();
      bucket.client.destroy();
      return removed;
    },
  };
}

interface ProbeKeys {
  readonly file: string;
  readonly parts: string;
}

function* objectChecks(staging: Staging, bucket: Bucket, keys: ProbeKeys, value: string): Generator<Check> {
  const body = gzipSync(`V\n"${value}"\n`);
  const arn = `arn:aws:s3:::${bucket.name}`;
  const allow = (...actions: readonly string[]): string =>
    `Allow the role ${actions.join(', ')} on ${arn}/${staging.prefix}*, and with a KMS key kms:GenerateDataKey and kms:Decrypt on it.`;
  yield {
    name: 'bucket put',
    fix: allow('s3:PutObject'),
    look: async () => {
      await staging.upload(keys.file, body);
      return `s3://${bucket.name}/${keys.file} is written`;
    },
  };
  yield {
    name: 'bucket head',
    fix: allow('s3:GetObject'),
    look: async () => {
      const found = await headObject(bucket, keys.file);
      if (found?.bytes !== body.length)
        throw new Error(`the object has ${found?.bytes ?? 'no'} bytes instead of ${body.length}`);
      return `${found.bytes} bytes, as written`;
    },
  };
  yield {
    name: 'bucket get',
    fix: allow('s3:GetObject'),
    look: async () => {
      const read = await staging.get(keys.file);
      if (!read.equals(body)) throw new Error('the bytes that were read are not those that were written');
      return 'the bytes that were written';
    },
  };
  yield {
    name: 'bucket list',
    fix: `Allow the role s3:ListBucket on ${arn}.`,
    look: async () => {
      const found = await staging.list(keys.file);
      if (found.length !== 1) throw new Error(`the list has ${found.length} objects instead of one`);
      return 'the object is listed';
    },
  };
  yield {
    name: 'bucket overwrite',
    fix: 'Use S3 itself, or a store that honours If-None-Match: no key may be written twice.',
    look: async () => {
      const again = await staging.upload(keys.file, gzipSync('V\n"other"\n')).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (again instanceof SluiceError && again.code === 'STAGING_KEY_EXISTS')
        return 'a second write of a key is refused';
      throw again ?? new Error('a key that existed was written again');
    },
  };
  yield {
    name: 'bucket multipart',
    fix: allow('s3:PutObject', 's3:AbortMultipartUpload'),
    look: async () => {
      const upload = await MultipartUpload.start(bucket, keys.parts, 'text/plain');
      await upload.add(Buffer.from(value));
      await upload.complete(value.length);
      return 'an upload in parts is complete';
    },
  };
}

function* bucketChecks(bucket: Bucket, connection: StagingConnection): Generator<Check> {
  // The embedded server has no lifecycle.
  if (connection.endpoint !== undefined) return;
  yield {
    name: 'bucket lifecycle',
    look: async () => {
      const advice = `Parts of uploads that were killed stay for ever: aws s3api put-bucket-lifecycle-configuration --bucket ${bucket.name} --lifecycle-configuration '{"Rules":[{"ID":"unfinished-parts","Status":"Enabled","Filter":{},"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}}]}' (with the rules that are there).`;
      try {
        const { Rules: rules = [] } = await bucket.client.send(
          new GetBucketLifecycleConfigurationCommand({ Bucket: bucket.name }),
        );
        const ends = rules.some(
          ({ Status, AbortIncompleteMultipartUpload: rule }) => Status === 'Enabled' && rule !== undefined,
        );
        return ends
          ? `${rules.length} rules; unfinished uploads end`
          : { message: `${rules.length} rules`, advice };
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchLifecycleConfiguration')
          return { message: 'no rules', advice };
        if (error instanceof Error && error.name === 'AccessDenied')
          return {
            message: 'may not be read',
            advice: 'Allow s3:GetLifecycleConfiguration to have it checked.',
          };
        throw stagingError(error, 'GetBucketLifecycleConfiguration', bucket.name);
      }
    },
  };
}

function removal(bucket: Bucket, keys: readonly string[]): Check {
  return {
    name: 'bucket clean-up',
    look: async () => {
      try {
        for (const key of keys)
          await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }));
        return 'the probe is removed';
      } catch (error) {
        const { message } = stagingError(error, 'DeleteObject', bucket.name, keys[0]);
        return {
          message,
          advice: `The role of a run need not delete. Remove the probe as somebody who may: aws s3 rm --recursive s3://${bucket.name}/${(keys[0] ?? '').replace(/[^/]*$/, '')}`,
        };
      }
    },
  };
}

/** Whether the bucket tells the queue of Snowflake's pipe of new manifests. */
export function notificationCheck(connection: StagingConnection, prefix: string, queueArn: string): Check {
  const under = manifestPrefix(prefix);
  return {
    name: 'bucket notification',
    fix: `Deploy again, or have the bucket tell ${queueArn} of s3:ObjectCreated:* under ${under}. Until then \`sluice load\` brings what is staged.`,
    look: async () => {
      const bucket = openBucket(connection, { attempts: 2 });
      try {
        const { QueueConfigurations: queues = [] } = await bucket.client.send(
          new GetBucketNotificationConfigurationCommand({ Bucket: bucket.name }),
        );
        const told = queues.some(
          ({ QueueArn, Filter }) =>
            QueueArn === queueArn &&
            (Filter?.Key?.FilterRules ?? []).every(
              ({ Name, Value = '' }) => Name?.toLowerCase() !== 'prefix' || under.startsWith(Value),
            ),
        );
        if (!told) throw new Error(`the bucket does not tell ${queueArn} of new objects under ${under}`);
        return 'the bucket tells the queue of the pipe of new manifests';
      } catch (error) {
        if (error instanceof Error && error.name === 'AccessDenied')
          return { message: 'may not be read', advice: 'Allow s3:GetBucketNotification to have it checked.' };
        throw error;
      } finally {
        bucket.client.destroy();
      }
    },
  };
}
