/**
 * An embedded Snowflake in a process of its own, to be killed. Says as a line of JSON how to log in, and then every statement of its
 * tasks and pipes that changed something. Takes lines of JSON: `kill` has it kill itself with SIGKILL after so many of those
 * statements; `notify` is an event of S3.
 */
import { createInterface } from 'node:readline';
import { startSnowflake } from '../../lib/local/snowflake/index.ts';
import { setClock } from '../support/clock.ts';
import type { SnowflakeChildInput, SnowflakeOrder } from './snowflake-process.ts';

const { minutesAhead = 0, ...input }: SnowflakeChildInput = JSON.parse(process.argv[2] ?? '');
setClock(minutesAhead);
let left = Number.POSITIVE_INFINITY;

function afterStatement({ message, sql, firstRow }: Readonly<Record<string, unknown>>): void {
  if (message !== 'inner statement' || /^\s*(SELECT|BEGIN TRANSACTION)\b/.test(String(sql))) return;
  const changedNothing = Array.isArray(firstRow) && firstRow.every((count) => count === '0');
  if (/^\s*(INSERT|UPDATE|DELETE|MERGE)\b/.test(String(sql)) && changedNothing) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  process.stdout.write(`${JSON.stringify({ sql })}\n`);
}

const server = await startSnowflake({ ...input, onLog: afterStatement });
process.stdout.write(`${JSON.stringify(server)}\n`);
const orders = createInterface(process.stdin);
orders.on('line', (line) => {
  const order: SnowflakeOrder = JSON.parse(line);
  if ('kill' in order) left = order.kill;
  // What it does not take, it looks for later.
  else server.notify(order.notify.queue, order.notify.event).catch(() => undefined);
});
// Who started it is gone.
orders.on('close', () => process.exit(1));
