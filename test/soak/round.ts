import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { loadPending, type RunContext, runPipeline } from '../../lib/run/index.ts';
import type { FaultyServers } from '../faults/faulty-servers.ts';
import { brokenInvariants, brokenVisibility, published } from '../faults/invariants.ts';
import { type Ended, outcomeOf } from '../faults/outcome.ts';
import { startRunProcess } from '../faults/run-process.ts';
import { runSql, shopContext } from '../faults/shop.ts';
import { createRandom } from '../support/random.ts';
import { soakDays } from './changes.ts';
import type { Disturbance, PlannedFault, RoundPlan } from './plan.ts';

/** The longest that a run with faults may take, and a run without: who takes longer hangs. */
const patienceMs = 240_000;

export interface World {
  readonly servers: FaultyServers;
  /** Of the config. */
  readonly directory: string;
  readonly database: string;
}

export interface RoundReport {
  /** What came of each run: `killed`, `done`, `problems`, or the code of an error. */
  readonly outcomes: readonly string[];
  /** What does not hold; none when all is well. */
  readonly broken: readonly string[];
}

/** Changes the source, runs with faults, then once without, and checks the invariants. */
export async function playRound(world: World, plan: RoundPlan): Promise<RoundReport> {
  const { servers } = world;
  await change(world, plan.changes);
  for (const fault of plan.faults) arm(servers, fault);
  const running = plan.runs.map((run) => (run === 'here' ? runHere(world) : runAside(world, run.killAt)));
  const disturbing = [
    change(world, plan.changesMeanwhile).catch(() => undefined),
    ...plan.disturbances.map((disturbance) => disturb(servers, disturbance)),
  ];
  const ended = await withPatience(Promise.all(running), 'the runs with faults');
  await Promise.all(disturbing);
  await servers.calm();

  const context = contextOf(world, servers.direct);
  const broken = ended.flatMap((outcome) => unfit(outcome, servers.secrets));
  broken.push(...(await brokenVisibility(context)).map((line) => `after the faults: ${line}`));
  await withPatience(loadPending(context, 120), 'what was left to load');
  const { code, text } = await withPatience(
    outcomeOf(runPipeline(context, soakDays)),
    'the run without faults',
  );
  if (code !== 'done') broken.push(`the run without faults: ${text}`);
  broken.push(...(await brokenInvariants(context, soakDays)));
  broken.push(...(await brokenModels(context)));
  return {
    outcomes: ended.map((outcome) => (typeof outcome === 'string' ? 'killed' : `${outcome.code}`)),
    broken,
  };
}

function contextOf({ directory, database }: World, connections: RunContext['connections']): RunContext {
  return shopContext({ directory, database, connections });
}

async function change({ servers }: World, changes: readonly string[]): Promise<void> {
  for (const sql of changes) await runSql(servers.direct.source, sql);
}

function runHere(world: World): Promise<Ended> {
  return outcomeOf(runPipeline(contextOf(world, world.servers.proxied), soakDays));
}

function runAside({ servers, directory, database }: World, killAt: string): Promise<NodeJS.Signals | Ended> {
  const child = startRunProcess();
  return child.run({
    directory,
    database,
    servers: { connections: servers.proxied },
    days: soakDays,
    killAt,
  });
}

function arm(servers: FaultyServers, fault: PlannedFault): void {
  const random = createRandom(fault.seed);
  if (fault.at === 'postgres') {
    servers.postgresProxy.onConnection = () =>
      random.percent(fault.percent) ? random.pick(fault.faults) : undefined;
    return;
  }
  const proxy = { s3: servers.s3Proxy, stage: servers.stageProxy, snowflake: servers.snowflakeProxy }[
    fault.at
  ];
  proxy.onRequest = () => (random.percent(fault.percent) ? random.pick(fault.faults) : undefined);
}

async function disturb(servers: FaultyServers, { what, after }: Disturbance): Promise<void> {
  if (typeof what === 'object') {
    servers.killSnowflakeAfter(what.killSnowflakeAfter);
    return;
  }
  await sleep(after);
  switch (what) {
    case 'stop postgres':
      return await servers.restartPostgres('stop');
    case 'kill postgres':
      return await servers.restartPostgres('kill');
    case 'cut postgres':
      return servers.postgresProxy.cutAll();
    case 'kill snowflake':
      return await servers.killSnowflake();
    case 'terminate backends':
      return await runSql(
        servers.direct.source,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice'`,
      );
  }
}

/** A failure that is none of ours, says nothing, or gives a secret away. */
function unfit(outcome: NodeJS.Signals | Ended, secrets: readonly string[]): string[] {
  if (typeof outcome === 'string') return outcome === 'SIGKILL' ? [] : [`a run ended by ${outcome}`];
  const { code, text } = outcome;
  const told = secrets.some((secret) => text.includes(secret))
    ? [`an error gives a secret away: ${code}`]
    : [];
  return code === undefined ? [...told, `a run failed with an error that is not classed: ${text}`] : told;
}

async function withPatience<Result>(work: Promise<Result>, what: string): Promise<Result> {
  const over = new AbortController();
  const late = sleep(patienceMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} took longer than ${patienceMs / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

/** Compares what is published with the same sums, made in the source. */
async function brokenModels(context: RunContext): Promise<readonly string[]> {
  const source = new pg.Client(context.connections.source);
  await source.connect();
  try {
    const days = await source.query(
      `SELECT sold_at::date::text AS day, count(*)::int AS sales, sum(amount)::float AS amount FROM sales
       WHERE sold_at >= '${soakDays.from}' AND sold_at < date '${soakDays.to}' + 1 GROUP BY 1`,
    );
    const orders = await source.query(`SELECT id, state FROM orders WHERE state <> 'done'`);
    const expected = {
      DAYS: days.rows
        .map(({ day, sales, amount }) => JSON.stringify({ DAY: day, SALES: sales, AMOUNT: amount }))
        .sort(),
      OPEN_ORDERS: orders.rows.map(({ id, state }) => JSON.stringify({ ID: id, STATE: state })).sort(),
    };
    const found = await published(context);
    return Object.entries(expected).flatMap(([name, rows]) =>
      JSON.stringify(found[name]) === JSON.stringify(rows)
        ? []
        : [`${name} is published as ${JSON.stringify(found[name])}, and should be ${JSON.stringify(rows)}`],
    );
  } finally {
    await source.end();
  }
}
