/** The embedded S3: a server of our own on 127.0.0.1, for the AWS SDK and any other client (decision 0002). */
export type { S3Event } from './notifications.ts';
export { type S3Server, startS3 } from './server.ts';
export type { Credentials } from './signature.ts';
