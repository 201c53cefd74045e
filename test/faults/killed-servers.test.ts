import { afterAll, expect, test } from 'vitest';
import { type LocalServers, startLocal } from '../../lib/local/index.ts';
import { provisionProject, type RunEvent, runPipeline } from '../../lib/run/index.ts';
import { temporaryFolder } from '../support/index.ts';
import { boundariesOf } from './boundaries.ts';
import { brokenInvariants, published } from './invariants.ts';
import { type RunProcess, startRunProcess } from './run-process.ts';
import { createShop, runSql, shopContext, shopDays } from './shop.ts';

const state = temporaryFolder();
const directory = temporaryFolder();
const database = 'SHOP';
let servers: LocalServers | undefined;
let next: RunProcess;

afterAll(async () => {
  next?.dispose();
  await servers?.stop();
});

/** Runs on servers in this process until all is visible. @returns what is wrong then, and the boundaries it went over */
async function runToTheEnd(sale: number): Promise<{ wrong: readonly string[]; boundaries: Set<string> }> {
  const boundaries = new Set<string>();
  servers = await startLocal({ state });
  const onEvent = (event: RunEvent): void => {
    for (const boundary of boundariesOf(event)) boundaries.add(boundary);
  };
  const context = shopContext({ directory, connections: servers.connections, database, onEvent });
  if (sale === 0) {
    await createShop(servers.connections.source);
    await provisionProject(context);
  }
  const { problems } = await runPipeline(context, shopDays);
  const wrong = [...problems, ...(await brokenInvariants(context, shopDays))];
  const { DAYS: days } = await published(context);
  const expected = `{"DAY":"2024-03-02","SALES":${2 + sale},"AMOUNT":${-4 + sale}}`;
  if (days?.[1] !== expected) wrong.push(`published: ${days?.[1]}, not ${expected}`);
  // What the run that is killed next has to bring.
  await runSql(
    servers.connections.source,
    `INSERT INTO sales VALUES (${100 + sale}, '2024-03-02 13:00', 1, 'new'); UPDATE orders SET state = 'state ${sale}', changed_at = timestamptz '2024-03-03 12:00Z' + interval '${sale} minutes'`,
  );
  await servers.stop();
  servers = undefined;
  return { wrong, boundaries };
}

/** Of every kind of boundary at which the servers have just been given something to keep, the last. */
function whereServersWork(boundaries: ReadonlySet<string>): readonly string[] {
  return ['uploaded', 'manifest', 'loaded', 'model', 'published', 'notify'].flatMap(
    (kind) => [...boundaries].filter((boundary) => boundary.startsWith(`${kind} `)).at(-1) ?? [],
  );
}

test('kill -9 of a run together with its Postgres, S3 and Snowflake', { timeout: 300_000 }, async () => {
  next = startRunProcess();
  const first = await runToTheEnd(0);
  expect(first.wrong).toEqual([]);
  const places = whereServersWork(first.boundaries);
  expect(places).toHaveLength(6);
  const broken: Record<string, readonly string[]> = {};
  for (const [index, killAt] of places.entries()) {
    const dying = next;
    const dead = dying.run({ directory, database, servers: { state }, days: shopDays, killAt });
    next = startRunProcess();
    expect(await dead, killAt).toBe('SIGKILL');
    const { wrong } = await runToTheEnd(index + 1);
    if (wrong.length > 0) broken[killAt] = wrong;
  }
  expect(broken).toEqual({});
});
