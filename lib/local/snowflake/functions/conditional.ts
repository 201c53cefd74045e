import { BOOLEAN, fixed } from '../../../sql/index.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, unify } from '../translate/casts.ts';
import { comparable, divide } from '../translate/operators.ts';
import type { Emitted } from '../translate/translation.ts';
import { duckType } from '../types.ts';
import { condition, type Emitters, numberOf } from './helpers.ts';

function choose(test: string, yes: Emitted, no: Emitted): Emitted {
  const { values, type } = unify([yes, no]);
  return { sql: `CASE WHEN ${test} THEN ${values[0]?.sql} ELSE ${values[1]?.sql} END`, type };
}

function coalesce(site: CallSite): Emitted {
  const { values, type } = unify(site.args());
  return { sql: `COALESCE(${values.map(({ sql }) => sql).join(', ')})`, type };
}

/** DECODE takes NULL for equal to NULL. */
function decode(site: CallSite): Emitted {
  const args = site.args();
  const value = args[0] ?? { sql: 'NULL', type: undefined };
  const rest = args.slice(1);
  const pairs = Math.floor(rest.length / 2);
  const results = Array.from({ length: pairs }, (_, index) => rest[index * 2 + 1] ?? value);
  const fallback = rest.length % 2 === 1 ? rest.at(-1) : undefined;
  const { values, type } = unify(fallback === undefined ? results : [...results, fallback]);
  const whens = results.map((_, index) => {
    const [left, right] = comparable(value, rest[index * 2] ?? value);
    return `WHEN ${left.sql} IS NOT DISTINCT FROM ${right.sql} THEN ${values[index]?.sql}`;
  });
  const last = fallback === undefined ? '' : ` ELSE ${values.at(-1)?.sql}`;
  return { sql: `CASE ${whens.join(' ')}${last} END`, type };
}

/** GREATEST and LEAST are NULL when one argument is; the IGNORE_NULLS forms skip them. */
function extreme(name: string, ignoresNulls: boolean) {
  return (site: CallSite): Emitted => {
    const { values, type } = unify(site.args());
    const sql = `${name}(${values.map((value) => value.sql).join(', ')})`;
    if (ignoresNulls) return { sql, type };
    const some = values.map((value) => `${value.sql} IS NULL`).join(' OR ');
    return { sql: `CASE WHEN ${some} THEN NULL ELSE ${sql} END`, type };
  };
}

function div0(nullIsZero: boolean) {
  return (site: CallSite): Emitted => {
    const [left, right] = [numberOf(site.arg(0)), numberOf(site.arg(1))];
    const quotient = divide(left, right);
    const zeroOf = quotient.type === undefined ? '0' : `CAST(0 AS ${duckType(quotient.type)})`;
    const zero = nullIsZero ? `COALESCE(${right.sql}, 0) = 0` : `${right.sql} = 0`;
    return {
      sql: `CASE WHEN ${zero} AND ${left.sql} IS NOT NULL THEN ${zeroOf} ELSE ${quotient.sql} END`,
      type: quotient.type,
    };
  };
}

export const CONDITIONAL: Emitters = {
  IFF: (site) => choose(condition(site.arg(0)), site.arg(1), site.arg(2)),
  IF: (site) => choose(condition(site.arg(0)), site.arg(1), site.arg(2)),
  COALESCE: coalesce,
  NVL: coalesce,
  IFNULL: coalesce,
  NVL2: (site) => choose(`${site.arg(0).sql} IS NOT NULL`, site.arg(1), site.arg(2)),
  NULLIF: (site) => {
    const value = site.arg(0);
    const [left, right] = comparable(value, site.arg(1));
    return { sql: `CASE WHEN ${left.sql} = ${right.sql} THEN NULL ELSE ${value.sql} END`, type: value.type };
  },
  NULLIFZERO: (site) => ({
    sql: `NULLIF(${numberOf(site.arg(0)).sql}, 0)`,
    type: numberOf(site.arg(0)).type,
  }),
  ZEROIFNULL: (site) => {
    const value = numberOf(site.arg(0));
    return { sql: `COALESCE(${value.sql}, 0)`, type: value.type };
  },
  DECODE: decode,
  EQUAL_NULL: (site) => {
    const [left, right] = comparable(site.arg(0), site.arg(1));
    return { sql: `(${left.sql} IS NOT DISTINCT FROM ${right.sql})`, type: BOOLEAN };
  },
  GREATEST: extreme('greatest', false),
  LEAST: extreme('least', false),
  GREATEST_IGNORE_NULLS: extreme('greatest', true),
  LEAST_IGNORE_NULLS: extreme('least', true),
  DIV0: div0(false),
  DIV0NULL: div0(true),
  BOOLAND: (site) => ({ sql: `(${condition(site.arg(0))} AND ${condition(site.arg(1))})`, type: BOOLEAN }),
  BOOLOR: (site) => ({ sql: `(${condition(site.arg(0))} OR ${condition(site.arg(1))})`, type: BOOLEAN }),
  BOOLNOT: (site) => ({ sql: `(NOT ${condition(site.arg(0))})`, type: BOOLEAN }),
  BOOLXOR: (site) => ({ sql: `(${condition(site.arg(0))} <> ${condition(site.arg(1))})`, type: BOOLEAN }),
  REGR_VALX: (site) => choose(`${site.arg(0).sql} IS NULL`, { sql: 'NULL', type: undefined }, site.arg(1)),
  TO_BOOLEAN: (site) => castTo(site.arg(0), BOOLEAN),
  TRY_TO_BOOLEAN: (site) => castTo(site.arg(0), BOOLEAN, true),
  WIDTH_BUCKET: (site) => {
    const [x, low, high, count] = site.args().map((value) => `CAST(${value.sql} AS DOUBLE)`);
    return {
      sql: `CAST(CASE WHEN ${x} < ${low} THEN 0 WHEN ${x} >= ${high} THEN ${count} + 1 ELSE floor((${x} - ${low}) / ((${high} - ${low}) / ${count})) + 1 END AS BIGINT)`,
      type: fixed(18, 0),
    };
  },
};
