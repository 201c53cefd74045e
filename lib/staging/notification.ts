import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { stagingError } from './errors.ts';

/**
 * Has the bucket tell `queueArn` of every object created under `prefix`. What else the bucket tells stays as it is.
 * For local runs; in the cloud the stack owns the bucket's notifications.
 */
export async function ensureNotification(bucket: Bucket, prefix: string, queueArn: string): Promise<void> {
  try {
    const found = await bucket.client.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket.name }),
    );
    const queues = found.QueueConfigurations ?? [];
    const same = queues.find((queue) => prefixOf(queue) === prefix);
    if (same?.QueueArn === queueArn) return;
    const wanted: QueueConfiguration = {
      QueueArn: queueArn,
      Events: ['s3:ObjectCreated:*'],
      Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
    };
    await bucket.client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket.name,
        NotificationConfiguration: {
          TopicConfigurations: found.TopicConfigurations,
          LambdaFunctionConfigurations: found.LambdaFunctionConfigurations,
          EventBridgeConfiguration: found.EventBridgeConfiguration,
          QueueConfigurations: [...queues.filter((queue) => queue !== same), wanted],
        },
      }),
    );
  } catch (error) {
    throw stagingError(error, 'PutBucketNotificationConfiguration', bucket.name);
  }
}

function prefixOf(queue: QueueConfiguration): string | undefined {
  return queue.Filter?.Key?.FilterRules?.find((rule) => rule.Name?.toLowerCase() === 'prefix')?.Value;
}
