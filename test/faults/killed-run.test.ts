import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  provisionProject,
  type RunContext,
  type RunEvent,
  runPipeline,
  runSteps,
} from '../../lib/run/index.ts';
import { type FreshServers, freshServers, temporaryFolder, withClient } from '../support/index.ts';
import { boundariesOf } from './boundaries.ts';
import { brokenInvariants, published } from './invariants.ts';
import { type RunProcess, startRunProcess } from './run-process.ts';
import { createShop, shopContext, shopDays } from './shop.ts';

let servers: FreshServers;
let next: RunProcess;
let worlds = 0;

beforeAll(async () => {
  next = startRunProcess();
  servers = await freshServers();
  await createShop(servers.connections.source);
});
afterAll(() => next.dispose());

/** A source, a prefix of the bucket and a database of Snowflake of their own, provisioned and without a load. */
async function openWorld(onEvent?: (event: RunEvent) => void): Promise<RunContext> {
  worlds += 1;
  const { source } = servers.connections;
  const database = `${source.database}_${worlds}`;
  await withClient({ ...source, database: 'postgres' }, (client) =>
    client.query(`CREATE DATABASE ${database} TEMPLATE ${source.database}`),
  );
  const context = shopContext({
    directory: temporaryFolder(),
    connections: { ...servers.connections, source: { ...source, database } },
    database: `SHOP_${worlds}`,
    prefix: `world-${worlds}/`,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  await provisionProject(context);
  return context;
}

/** Runs in a process that is killed at `boundary`, then again to the end. @returns what is wrong then */
async function killAndRunAgain(
  boundary: string,
  undisturbed: Readonly<Record<string, readonly string[]>>,
): Promise<readonly string[]> {
  const dying = next;
  const { directory, connections, project } = await openWorld();
  next = startRunProcess();
  const signal = await dying.run({
    directory,
    database: project.snowflake.database,
    prefix: project.staging.prefix,
    servers: { connections },
    days: shopDays,
    killAt: boundary,
  });
  if (signal !== 'SIGKILL') return [`the run never came to this boundary: ${JSON.stringify(signal)}`];
  const { database } = project.snowflake;
  const again = shopContext({ directory, connections, database, prefix: project.staging.prefix });
  const { problems } = await runPipeline(again, shopDays);
  const visible = JSON.stringify(await published(again));
  return [
    ...problems,
    ...(await brokenInvariants(again, shopDays)),
    ...(visible === JSON.stringify(undisturbed) ? [] : [`published: ${visible}`]),
  ];
}

test('kill -9 at every boundary of a run, and the next run leaves what an undisturbed one leaves', {
  timeout: 300_000,
}, async () => {
  const boundaries = new Set<string>();
  const context = await openWorld((event) => {
    for (const boundary of boundariesOf(event)) boundaries.add(boundary);
  });
  expect((await runPipeline(context, shopDays)).problems).toEqual([]);
  expect(await brokenInvariants(context, shopDays)).toEqual([]);
  const undisturbed = await published(context);
  expect(Object.keys(undisturbed).sort()).toEqual(['DAYS', 'OPEN_ORDERS']);
  // Planning is announced by table.
  for (const step of runSteps.filter((name) => name !== 'plan')) {
    expect(boundaries).toContain(`${step} started`);
    expect(boundaries).toContain(`${step} done`);
  }
  for (const kind of ['planned', 'uploaded', 'manifest', 'loaded', 'model', 'test', 'published']) {
    expect(
      [...boundaries].some((boundary) => boundary.startsWith(`${kind} `)),
      kind,
    ).toBe(true);
  }

  const broken: Record<string, readonly string[]> = {};
  for (const boundary of boundaries) {
    const wrong = await killAndRunAgain(boundary, undisturbed);
    if (wrong.length > 0) broken[boundary] = wrong;
  }
  expect(broken).toEqual({});
});
