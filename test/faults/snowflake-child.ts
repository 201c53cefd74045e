/**
 * An embedded Snowflake in a process of its own, which kills itself with SIGKILL once it has run so many statements of its tasks
 * and pipes that change something. Says as a line of JSON how to log in, and then every such statement; a number on standard
 * input arms it.
 */
import { createInterface } from 'node:readline';
import { startSnowflake } from '../../lib/local/snowflake/index.ts';
import type { S3Access } from './snowflake-process.ts';

const [directory, s3Text] = process.argv.slice(2);
const s3: S3Access = JSON.parse(s3Text ?? '');
let left = Number.POSITIVE_INFINITY;

function afterStatement({ message, sql }: Readonly<Record<string, unknown>>): void {
  if (message !== 'inner statement' || /^\s*(SELECT|BEGIN TRANSACTION)\b/.test(String(sql))) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  process.stdout.write(`${JSON.stringify({ sql })}\n`);
}

const server = await startSnowflake({ directory: directory ?? '', s3, onLog: afterStatement });
process.stdout.write(`${JSON.stringify(server)}\n`);
createInterface(process.stdin).on('line', (line) => {
  left = Number(line);
});
