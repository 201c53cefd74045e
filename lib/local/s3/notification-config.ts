import { randomUUID } from 'node:crypto';
import { S3Error } from './errors.ts';
import { childrenOf, childText, document, element, parseXml, text, type XmlElement } from './xml.ts';

/** Which events of a bucket go to which queues. */
export interface NotificationConfiguration {
  readonly queues: readonly QueueConfiguration[];
}

export interface QueueConfiguration {
  readonly id: string;
  readonly queueArn: string;
  /** `s3:ObjectCreated:*`, `s3:ObjectCreated:Put`, … */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

const EVENTS = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
];

/** Does an event (`ObjectCreated:Put`) of a key go to that queue? */
export function matches(queue: QueueConfiguration, eventName: string, key: string): boolean {
  return (
    key.startsWith(queue.prefix) &&
    key.endsWith(queue.suffix) &&
    queue.events.some((pattern) => coversEvent(pattern, `s3:${eventName}`))
  );
}

export function parseNotification(source: string): NotificationConfiguration {
  const root = parseXml(source, 'NotificationConfiguration');
  for (const child of root.children) {
    if (child.name === 'QueueConfiguration') continue;
    throw new S3Error('NotImplemented', `This server delivers events to queues only, not by ${child.name}.`);
  }
  const queues = childrenOf(root, 'QueueConfiguration').map(parseQueue);
  refuseOverlaps(queues);
  return { queues };
}

export function renderNotification(configuration: NotificationConfiguration | undefined): string {
  const queues = (configuration?.queues ?? []).map((queue) => {
    const rules = [
      queue.prefix === '' ? '' : element('FilterRule', text('Name', 'Prefix') + text('Value', queue.prefix)),
      queue.suffix === '' ? '' : element('FilterRule', text('Name', 'Suffix') + text('Value', queue.suffix)),
    ].join('');
    const filter = rules === '' ? '' : element('Filter', element('S3Key', rules));
    const events = queue.events.map((event) => text('Event', event)).join('');
    return element(
      'QueueConfiguration',
      text('Id', queue.id) + filter + text('Queue', queue.queueArn) + events,
    );
  });
  return document('NotificationConfiguration', queues.join(''));
}

function parseQueue(node: XmlElement): QueueConfiguration {
  const queueArn = childText(node, 'Queue') ?? '';
  if (!/^arn:[\w-]+:sqs:[\w-]*:[\w-]*:.+$/.test(queueArn))
    throw invalid('Unable to validate the destination', queueArn);
  const events = childrenOf(node, 'Event').map((event) => event.text);
  const unknown = events.find((event) => !EVENTS.includes(event));
  if (unknown !== undefined || events.length === 0) {
    throw invalid('The event is not supported for notifications', unknown ?? '');
  }
  const filter = { prefix: '', suffix: '' };
  for (const rule of childrenOf(node, 'Filter').flatMap((child) => childrenOf(child, 'S3Key'))) {
    for (const { name, value } of childrenOf(rule, 'FilterRule').map(parseRule)) filter[name] = value;
  }
  return { id: childText(node, 'Id') || randomUUID(), queueArn, events, ...filter };
}

function parseRule(node: XmlElement): { name: 'prefix' | 'suffix'; value: string } {
  const name = childText(node, 'Name')?.toLowerCase();
  if (name !== 'prefix' && name !== 'suffix') {
    throw invalid('filter rule name must be either prefix or suffix', name ?? '');
  }
  return { name, value: childText(node, 'Value') ?? '' };
}

/** S3 refuses two configurations that the same event of the same key could match. */
function refuseOverlaps(queues: readonly QueueConfiguration[]): void {
  queues.forEach((queue, index) => {
    for (const other of queues.slice(index + 1)) {
      const sameEvent = queue.events.some((a) =>
        other.events.some((b) => coversEvent(a, b) || coversEvent(b, a)),
      );
      const samePrefix = queue.prefix.startsWith(other.prefix) || other.prefix.startsWith(queue.prefix);
      const sameSuffix = queue.suffix.endsWith(other.suffix) || other.suffix.endsWith(queue.suffix);
      if (sameEvent && samePrefix && sameSuffix) {
        throw invalid(
          'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
          other.id,
        );
      }
    }
  });
}

function coversEvent(pattern: string, event: string): boolean {
  return pattern === event || (pattern.endsWith(':*') && event.startsWith(pattern.slice(0, -1)));
}

function invalid(message: string, value: string): S3Error {
  return new S3Error('InvalidArgument', message, { ArgumentValue: value });
}
