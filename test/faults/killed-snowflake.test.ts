import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { extractStep, loadPending, provisionProject, type RunContext } from '../../lib/run/index.ts';
import { connectWarehouse, triggerLoad } from '../../lib/snowflake/index.ts';
import { freshBucket, freshDatabase, temporaryFolder } from '../support/index.ts';
import { brokenInvariants } from './invariants.ts';
import { createShop, runSql, shopContext, shopDays } from './shop.ts';
import { type SnowflakeProcess, startSnowflakeProcess } from './snowflake-process.ts';

const folder = temporaryFolder();
const directory = temporaryFolder();
let snowflake: SnowflakeProcess | undefined;

afterAll(() => snowflake?.dispose());

/** Has Snowflake look for what is staged; it may die of it at any moment. */
async function triggerDyingLoad({ project, connections }: RunContext): Promise<void> {
  try {
    const warehouse = await connectWarehouse(connections.snowflake, { loginRetries: 0 });
    await triggerLoad(warehouse, project);
    await warehouse.close();
  } catch {
    // Its death is what is waited for.
  }
}

test('kill -9 of Snowflake after every statement of a load: it goes on, and loads nothing twice', {
  timeout: 300_000,
}, async () => {
  const source = await freshDatabase();
  const staging = await freshBucket();
  await createShop(source);

  const start = async (): Promise<RunContext> => {
    snowflake = await startSnowflakeProcess({ directory: folder, s3: staging });
    const connections = { source, staging, snowflake: snowflake.connection };
    return shopContext({ directory, database: 'SHOP', connections, onlyTable: 'orders' });
  };
  const loadAll = async (context: RunContext): Promise<readonly string[]> => [
    ...(await loadPending(context, 60)).problems,
    ...(await brokenInvariants(context, shopDays)),
  ];

  let context = await start();
  await provisionProject(context);
  const before = snowflake?.statements.length ?? 0;
  await extractStep(context, {});
  expect(await loadAll(context)).toEqual([]);
  const statements = (snowflake?.statements ?? []).slice(before).map((sql) => sql.replaceAll(/\s+/g, ' '));
  expect(statements).toContain('COMMIT');
  expect(statements.some((sql) => sql.startsWith('COPY INTO'))).toBe(true);

  const broken: Record<string, readonly string[]> = {};
  for (const [index, statement] of statements.entries()) {
    await runSql(
      source,
      `UPDATE orders SET state = 'state ${index}', changed_at = timestamptz '2024-03-03 12:00Z' + interval '${index} minutes'`,
    );
    await extractStep(context, {});
    snowflake?.killAfter(index + 1);
    await triggerDyingLoad(context);
    expect(await Promise.race([snowflake?.ended, sleep(60_000, 'alive')]), statement).toBe('SIGKILL');
    context = await start();
    const wrong = await loadAll(context);
    if (wrong.length > 0) broken[`${index}: ${statement.slice(0, 80)}`] = wrong;
  }
  expect(broken).toEqual({});
});
