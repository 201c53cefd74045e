import { SluiceError, type ValuePolicy } from '../config/index.ts';
import { quoteLiteral } from './quote.ts';
import type { Carried, SourceType } from './types.ts';

/** How a value travels under a policy, and which values the policy changes. */
export interface Policed extends Carried {
  /** SQL that is true for a value that is changed; undefined when none is. */
  readonly changes: ((column: string) => string) | undefined;
}

interface Bounds {
  /** SQL that is true for a value that Snowflake's type holds exactly. */
  readonly fits: (column: string) => string;
  /** SQL of the nearest value that it holds, for one that it does not; undefined where there is no nearest one. */
  readonly nearest: ((column: string) => string) | undefined;
}

/**
 * Puts a policy on a column: `text` carries every value as its text; `null` and `clamp` take care of those that Snowflake's
 * type does not hold, before they leave Postgres. `reject` leaves all to the load, which counts and keeps what does not fit.
 * @throws SluiceError VALUE_POLICY_USELESS when the type has no value that the policy is for
 */
export function withPolicy(type: SourceType, carried: Carried, policy: ValuePolicy, name: string): Policed {
  if (policy === 'reject') return { ...carried, changes: undefined };
  if (policy === 'text') return { ...carried, target: 'VARCHAR', changes: undefined };
  const bounds = boundsOf(type, carried.target);
  const { fits, nearest } = bounds ?? { fits: undefined, nearest: undefined };
  if (fits === undefined || (policy === 'clamp' && nearest === undefined))
    throw useless(policy, name, carried);
  const otherwise = policy === 'clamp' && nearest !== undefined ? nearest : () => 'NULL';
  return {
    target: carried.target,
    expression: (column) =>
      carried.expression(
        `(CASE WHEN ${column} IS NULL OR ${fits(column)} THEN ${column} ELSE ${otherwise(column)} END)`,
      ),
    changes: (column) => `${column} IS NOT NULL AND NOT (${fits(column)})`,
  };
}

/** An escape that stands for the character 0, and is not itself behind a backslash: no VARIANT holds it. */
const escapedNul = String.raw`(^|[^\\])(\\\\)*\\u0000`;

function boundsOf(type: SourceType, target: string): Bounds | undefined {
  if (type.isArray || !type.isBuiltIn) return undefined;
  const [, first, second] = /\((\d+)(?:,(\d+))?\)/.exec(target) ?? [];
  const decimals = first === undefined || first === '0' ? '' : `.${'9'.repeat(Number(first))}`;
  switch (type.name) {
    case 'date':
      return between(`date '0001-01-01'`, `date '9999-12-31'`);
    case 'timestamp':
      return between(`timestamp '0001-01-01'`, `timestamp '9999-12-31 23:59:59${decimals}'`);
    case 'timestamptz':
      return between(`timestamptz '0001-01-01 00:00Z'`, `timestamptz '9999-12-31 23:59:59${decimals}Z'`);
    case 'time':
      return between(`time '00:00'`, `time '23:59:59${decimals}'`);
    case 'numeric':
      return target === 'VARCHAR' ? undefined : decimal(Number(first), Number(second));
    case 'json':
    case 'jsonb':
      return {
        fits: (column) => `NOT (${column}::text ~ ${quoteLiteral(escapedNul)})`,
        nearest: undefined,
      };
    default:
      return undefined;
  }
}

function between(least: string, most: string): Bounds {
  return {
    fits: (column) => `${column} BETWEEN ${least} AND ${most}`,
    nearest: (column) => `greatest(${least}, least(${column}, ${most}))`,
  };
}

/** NaN, which sorts after all numbers, is near to none. */
function decimal(precision: number, scale: number): Bounds {
  const whole = '9'.repeat(precision - scale) || '0';
  const most = scale === 0 ? whole : `${whole}.${'9'.repeat(scale)}`;
  return {
    fits: (column) => `abs(${column}) <= ${most} AND ${column} = trunc(${column}, ${scale})`,
    nearest: (column) =>
      `CASE WHEN ${column} <> 'NaN' THEN round(greatest(-${most}, least(${column}, ${most})), ${scale}) END`,
  };
}

function useless(policy: ValuePolicy, name: string, { target }: Carried): SluiceError {
  return new SluiceError({
    code: 'VALUE_POLICY_USELESS',
    kind: 'usage',
    message: `The policy ${policy} of column "${name}" has nothing to do: every value of it fits ${target}, or has no nearest one`,
    hint: 'Leave the policy out, or take `text`, which carries every value as its text.',
    details: { column: name, policy },
  });
}
