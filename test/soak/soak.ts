/**
 * `npm run soak -- --minutes N --seed S [--rounds R]`: mixes faults at random for so long, and ends with 1 at the first invariant that
 * does not hold. A world (servers, source, warehouse) lives for some rounds, then comes a new one, with the next seed: what a line
 * names brings the same changes and faults back, from the beginning of its world.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { provisionProject, runPipeline } from '../../lib/run/index.ts';
import { boundariesOf } from '../faults/boundaries.ts';
import { FaultyServers } from '../faults/faulty-servers.ts';
import { createShop, shopContext } from '../faults/shop.ts';
import { createRandom } from '../support/random.ts';
import { soakDays } from './changes.ts';
import { describePlan, planRound } from './plan.ts';
import { playRound, type World } from './round.ts';

const roundsOfAWorld = 25;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string' },
  },
});
const deadline = Date.now() + Number(values.minutes) * 60_000;
const mostRounds = values.rounds === undefined ? Number.POSITIVE_INFINITY : Number(values.rounds);
const counts = new Map<string, number>();
let rounds = 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns what is broken, with how to repeat it; undefined when all held */
async function soakWorld(seed: number): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-soak-'));
  // The account that runs Postgres when we are root has to get in.
  chmodSync(folder, 0o755);
  const servers = await FaultyServers.start(join(folder, 'servers'));
  let isWell = false;
  try {
    const world: World = { servers, directory: join(folder, 'project'), database: 'SHOP' };
    mkdirSync(world.directory);
    const boundaries = await firstRun(world);
    for (let round = 1; round <= roundsOfAWorld && Date.now() < deadline && rounds < mostRounds; round++) {
      const plan = planRound(createRandom(seed * 1_000 + round), boundaries);
      const started = performance.now();
      const again = `--seed ${seed} --rounds ${round}`;
      const report = await playRound(world, plan).catch((error: unknown) => ({
        outcomes: [],
        broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
      }));
      rounds += 1;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      say(`${again}: ${describePlan(plan)} -> ${report.outcomes.join(', ')} (${seconds} s)`);
      for (const outcome of report.outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (report.broken.length > 0) {
        return `Broken in round ${round}:\n${report.broken.map((line) => `  ${line}`).join('\n')}\nPlan: ${JSON.stringify(plan)}\nState: ${folder}\nAgain: npm run soak -- ${again}`;
      }
    }
    isWell = true;
    return undefined;
  } finally {
    await servers.stop();
    if (isWell) rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes the shop, loads it for the first time, and finds the boundaries of a run. */
async function firstRun({ servers, directory, database }: World): Promise<readonly string[]> {
  const boundaries = new Set<string>();
  const context = shopContext({
    directory,
    database,
    connections: servers.direct,
    onEvent: (event) => {
      for (const boundary of boundariesOf(event)) boundaries.add(boundary);
    },
  });
  await createShop(servers.direct.source);
  await provisionProject(context);
  await runPipeline(context, soakDays);
  // In an order that does not depend on which window was quicker.
  return [...boundaries].sort();
}

let broken: string | undefined;
for (
  let seed = Number(values.seed);
  Date.now() < deadline && rounds < mostRounds && broken === undefined;
  seed++
) {
  broken = await soakWorld(seed);
}
const outcomes = [...counts].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`);
say(`${rounds} rounds; runs with faults: ${outcomes.join(', ')}`);
if (broken !== undefined) say(broken);
process.exit(broken === undefined ? 0 : 1);
