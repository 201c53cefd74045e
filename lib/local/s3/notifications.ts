import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matches } from './notification-config.ts';
import type { Bucket, Store, StoredObject } from './store.ts';

/** One event as S3 puts it into a queue: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export interface S3Event {
  readonly Records: readonly S3EventRecord[];
}

export interface S3EventRecord {
  readonly eventVersion: string;
  readonly eventSource: 'aws:s3';
  readonly awsRegion: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly userIdentity: { readonly principalId: string };
  readonly requestParameters: { readonly sourceIPAddress: string };
  readonly responseElements: Readonly<Record<string, string>>;
  readonly s3: {
    readonly s3SchemaVersion: '1.0';
    readonly configurationId: string;
    readonly bucket: {
      readonly name: string;
      readonly ownerIdentity: { readonly principalId: string };
      readonly arn: string;
    };
    /** `key` is URL-encoded, with `+` for a blank. */
    readonly object: {
      readonly key: string;
      readonly size?: number;
      readonly eTag?: string;
      readonly sequencer: string;
    };
  };
}

/** Takes an event out of a queue. The next one is delivered when the promise has settled. */
export type NotificationListener = (queueArn: string, event: S3Event) => void | Promise<void>;

export type ObjectEvent =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

interface Message {
  readonly queueArn: string;
  readonly bucket: string;
  readonly key: string;
  readonly event: S3Event;
}

interface OutboxOptions {
  readonly directory: string;
  readonly region: string;
  readonly onError: (error: unknown) => void;
}

/**
 * Events on their way to listeners, kept on disk until every listener has taken them: like the queues behind S3, they
 * survive the death of the process, and arrive in order and at least once. Without a listener they wait.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #listeners = new Set<NotificationListener>();
  readonly #waiting: { readonly path: string; readonly message: Message }[] = [];
  #number: number;
  #delivering: Promise<void> | undefined;
  #stopped = false;

  constructor(options: OutboxOptions, store: Store) {
    this.#options = { ...options, directory: join(options.directory, 'outbox') };
    mkdirSync(this.#options.directory, { recursive: true });
    // The clock as a start keeps numbers growing across restarts, also after all files were delivered.
    this.#number = Date.now() * 1000;
    const files = readdirSync(this.#options.directory).sort();
    for (const name of files) {
      const path = join(this.#options.directory, name);
      const message = name.endsWith('.json') ? readMessage(path) : undefined;
      if (message !== undefined && happened(store, message)) this.#waiting.push({ path, message });
      else rmSync(path, { force: true });
    }
  }

  /** A number greater than all before, for the `sequencer` of a change; 16 hex digits, so that text order is its order. */
  nextSequencer(): string {
    this.#number = Math.max(this.#number + 1, Date.now() * 1000);
    return this.#number.toString(16).toUpperCase().padStart(16, '0');
  }

  /**
   * Writes down that an object is about to change, and returns what starts the delivery once it has. In that order: a
   * process that dies in between leaves an event of a change that never was, which the next start finds out and drops.
   */
  announce(
    bucket: Bucket,
    name: ObjectEvent,
    object: Pick<StoredObject, 'key' | 'sequencer'> & Partial<StoredObject>,
  ): () => void {
    const queues = (bucket.notification?.queues ?? []).filter((queue) => matches(queue, name, object.key));
    const added = queues.map((queue) => {
      const message: Message = {
        queueArn: queue.queueArn,
        bucket: bucket.name,
        key: object.key,
        event: { Records: [this.#record(bucket, queue.id, name, object)] },
      };
      const path = join(this.#options.directory, `${this.nextSequencer()}.json`);
      writeFileSync(`${path}.new`, JSON.stringify(message));
      renameSync(`${path}.new`, path);
      return { path, message };
    });
    return () => {
      this.#waiting.push(...added);
      this.#deliver();
    };
  }

  /** Returns what takes the listener off again. */
  listen(listener: NotificationListener): () => void {
    this.#listeners.add(listener);
    this.#deliver();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Waits for the delivery that is under way; what is behind it stays on disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#delivering;
  }

  #deliver(): void {
    if (this.#delivering !== undefined || this.#stopped) return;
    this.#delivering = this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    // A turn of the event loop first: the client has its answer before anybody acts on the event.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#stopped && this.#listeners.size > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      // Where a listener failed the file stays, so the event comes again at the next start.
      if (await this.#take(next.message)) rmSync(next.path, { force: true });
    }
    this.#delivering = undefined;
  }

  /** Did every listener take the message? */
  async #take(message: Message): Promise<boolean> {
    let taken = true;
    for (const listener of this.#listeners) {
      try {
        await listener(message.queueArn, message.event);
      } catch (error) {
        taken = false;
        this.#options.onError(error);
      }
    }
    return taken;
  }

  #record(
    bucket: Bucket,
    configurationId: string,
    eventName: ObjectEvent,
    object: Pick<StoredObject, 'key' | 'sequencer'> & Partial<StoredObject>,
  ): S3EventRecord {
    return {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: this.#options.region,
      eventTime: new Date().toISOString(),
      eventName,
      userIdentity: { principalId: 'LOCAL' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': object.sequencer, 'x-amz-id-2': object.sequencer },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId,
        bucket: {
          name: bucket.name,
          ownerIdentity: { principalId: 'LOCAL' },
          arn: `arn:aws:s3:::${bucket.name}`,
        },
        object: {
          key: encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
          ...(object.size === undefined ? {} : { size: object.size }),
          ...(object.etag === undefined ? {} : { eTag: object.etag }),
          sequencer: object.sequencer,
        },
      },
    };
  }
}

/** Did the change of a message found on disk take place? A created object is there with the message's sequencer. */
function happened(store: Store, message: Message): boolean {
  const record = message.event.Records[0];
  if (record === undefined || !store.has(message.bucket)) return false;
  const object = store.bucket(message.bucket).objects.get(message.key);
  if (record.eventName.startsWith('ObjectRemoved')) return object === undefined;
  return object !== undefined && object.sequencer >= record.s3.object.sequencer;
}

function readMessage(path: string): Message | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Message;
  } catch {
    return undefined;
  }
}
