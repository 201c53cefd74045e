import type { HttpFault } from '../support/http-proxy.ts';
import type { Random } from '../support/random.ts';
import type { TcpFault } from '../support/tcp-proxy.ts';
import { randomChanges } from './changes.ts';

/** What goes wrong in one round, and what changes meanwhile; all of it follows from the round's seed. */
export interface RoundPlan {
  readonly changes: readonly string[];
  /** Made while the runs are under way. */
  readonly changesMeanwhile: readonly string[];
  /** One or two runs at once: in this process, or in one that is killed at a boundary. */
  readonly runs: readonly ('here' | { readonly killAt: string })[];
  readonly faults: readonly PlannedFault[];
  readonly disturbances: readonly Disturbance[];
}

export type PlannedFault =
  | {
      readonly at: 's3' | 'stage' | 'snowflake';
      readonly percent: number;
      readonly seed: number;
      readonly faults: readonly HttpFault[];
    }
  | {
      readonly at: 'postgres';
      readonly percent: number;
      readonly seed: number;
      readonly faults: readonly TcpFault[];
    };

export interface Disturbance {
  readonly what:
    | 'stop postgres'
    | 'kill postgres'
    | 'terminate backends'
    | 'cut postgres'
    | 'kill snowflake'
    | { readonly killSnowflakeAfter: number };
  /** Milliseconds after the runs have begun. */
  readonly after: number;
}

const s3Error = (status: number, code: string): HttpFault => ({
  answer: status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});
const expired: HttpFault = {
  answer: 200,
  body: { success: false, code: '390112', message: 'Your session has expired.', data: null },
};
const gone: HttpFault = {
  answer: 200,
  body: { success: false, code: '390114', message: 'Authentication token has expired.', data: null },
};

const s3Faults: readonly HttpFault[] = [
  s3Error(503, 'SlowDown'),
  s3Error(500, 'InternalError'),
  s3Error(429, 'TooManyRequests'),
  'reset',
  'lose the reply',
  'flip a byte',
  'cut the answer',
  { delay: 300 },
];
const snowflakeFaults: readonly HttpFault[] = [
  { answer: 503, body: {} },
  { answer: 429, body: {} },
  'lose the reply',
  'reset',
  { delay: 200 },
  expired,
  gone,
];

/** Draws a round. @param boundaries of an undisturbed run */
export function planRound(random: Random, boundaries: readonly string[]): RoundPlan {
  const faults: PlannedFault[] = [];
  const seed = (): number => random.below(2 ** 31);
  const percent = (): number => random.pick([1, 3, 10]);
  if (random.percent(40))
    faults.push({ at: 's3', percent: percent(), seed: seed(), faults: some(random, s3Faults) });
  if (random.percent(20))
    faults.push({ at: 'stage', percent: percent(), seed: seed(), faults: some(random, s3Faults) });
  if (random.percent(40))
    faults.push({ at: 'snowflake', percent: percent(), seed: seed(), faults: some(random, snowflakeFaults) });
  if (random.percent(40))
    faults.push({
      at: 'postgres',
      percent: 30,
      seed: seed(),
      faults: [randomCut(random), randomCut(random), 'refuse'],
    });
  const killed = random.percent(50);
  const two = random.percent(25);
  return {
    changes: randomChanges(random),
    changesMeanwhile: random.percent(50) ? randomChanges(random).filter((sql) => !/^ALTER/.test(sql)) : [],
    runs: [
      killed ? { killAt: random.pick(boundaries) } : 'here',
      ...(two ? [random.percent(50) ? { killAt: random.pick(boundaries) } : ('here' as const)] : []),
    ],
    faults,
    disturbances: random.percent(35) ? [randomDisturbance(random)] : [],
  };
}

function randomCut(random: Random): TcpFault {
  return random.percent(80)
    ? { cutAfter: random.below(random.pick([2_000, 20_000, 500_000])) }
    : { delay: 20 };
}

function randomDisturbance(random: Random): Disturbance {
  return {
    what: random.pick([
      'stop postgres',
      'kill postgres',
      'terminate backends',
      'cut postgres',
      'kill snowflake',
      { killSnowflakeAfter: 1 + random.below(60) },
    ] as const),
    after: random.below(1_500),
  };
}

function some<Item>(random: Random, items: readonly Item[]): readonly Item[] {
  return items.filter(() => random.percent(50)).concat(random.pick(items));
}

/** In one line, for who has to look at it. */
export function describePlan({ runs, faults, disturbances, changes, changesMeanwhile }: RoundPlan): string {
  return [
    runs.map((run) => (run === 'here' ? 'run' : `run killed at "${run.killAt}"`)).join(' + '),
    `${changes.length}+${changesMeanwhile.length} changes`,
    ...faults.map((fault) => `${fault.at} ${fault.percent} %: ${fault.faults.map(nameOf).join('/')}`),
    ...disturbances.map(({ what, after }) => `${nameOf(what)} after ${after} ms`),
  ].join('; ');
}

function nameOf(fault: HttpFault | TcpFault | Disturbance['what']): string {
  if (typeof fault === 'string') return fault;
  if ('answer' in fault && fault === expired) return '390112';
  if ('answer' in fault && fault === gone) return '390114';
  return Object.entries(fault)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => (name === 'answer' ? String(value) : `${name} ${value}`))
    .join(' ');
}
