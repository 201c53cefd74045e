import { ARRAY, BOOLEAN, compilationError, FLOAT, fixed, OBJECT, TEXT } from '../../../sql/index.ts';
import type { CallSite } from '../translate/call.ts';
import { castTo, isJson, textOf, toJson } from '../translate/casts.ts';
import { exactDivision } from '../translate/operators.ts';
import { emitStar } from '../translate/query.ts';
import type { Emitted } from '../translate/translation.ts';
import { condition, doubleOf, type Emitter, type Emitters, numberOf } from './helpers.ts';

const COUNT = fixed(18, 0);

function count(site: CallSite): Emitted {
  const first = site.raw(0);
  if (first?.kind === 'star') {
    if (first.qualifier.length === 0 || site.count === 0) return site.aggregate('count', '*', COUNT);
    const columns = emitStar(first, site.scope, site.translation).map(({ sql }) => `${sql} IS NOT NULL`);
    return site.aggregate('count', `CASE WHEN ${columns.join(' AND ')} THEN 1 END`, COUNT);
  }
  const args = site.args();
  if (args.length <= 1) return site.aggregate('count', args[0]?.sql ?? '*', COUNT);
  // COUNT(a, b) leaves out rows in which one of them is NULL.
  const all = args.map(({ sql }) => `${sql} IS NOT NULL`).join(' AND ');
  return site.aggregate(
    'count',
    `CASE WHEN ${all} THEN (${args.map(({ sql }) => sql).join(', ')}) END`,
    COUNT,
  );
}

function sum(site: CallSite): Emitted {
  const value = numberOf(site.arg(0));
  const type = value.type?.type === 'FIXED' ? fixed(38, value.type.scale ?? 0) : value.type;
  return site.aggregate('sum', value.sql, type);
}

/** SUM / COUNT by Snowflake's rule of division, exact for NUMBERs. */
function avg(site: CallSite): Emitted {
  const value = numberOf(site.arg(0));
  if (value.type?.type !== 'FIXED') return site.aggregate('avg', value.sql, FLOAT);
  const total = { ...site.aggregate('sum', value.sql, fixed(38, value.type.scale ?? 0)) };
  const rows = site.aggregate('count', value.sql, COUNT);
  const exact = exactDivision(total, rows);
  if (exact === undefined) return site.aggregate('avg', value.sql, FLOAT);
  return { sql: `(CASE WHEN ${rows.sql} > 0 THEN ${exact.sql} END)`, type: exact.type };
}

/** MIN, MAX, ANY_VALUE and their kin give a value of their argument's type. */
function same(name: string, frame?: string): Emitter {
  return (site) => {
    const value = site.arg(0);
    const rest = site.args(1).map(({ sql }) => `, ${sql}`);
    return site.aggregate(
      name,
      `${value.sql}${rest.join('')}`,
      value.type,
      frame === undefined ? {} : { frame },
    );
  };
}

const WHOLE = 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';

function boolean(name: string): Emitter {
  return (site) => site.aggregate(name, condition(site.arg(0)), BOOLEAN);
}

function statistic(name: string): Emitter {
  return (site) => site.aggregate(name, site.args().map(doubleOf).join(', '), FLOAT);
}

function integer(name: string): Emitter {
  return (site) =>
    site.aggregate(
      name,
      site
        .args()
        .map(({ sql }) => sql)
        .join(', '),
      COUNT,
    );
}

function listagg(site: CallSite): Emitted {
  const separator = site.optional(1);
  const text = textOf(site.arg(0));
  const joined = site.aggregate('string_agg', `${text}, ${separator?.sql ?? `''`}`, TEXT);
  // Without a value Snowflake gives an empty text, not NULL.
  return { sql: `COALESCE(${joined.sql}, '')`, type: TEXT };
}

function arrayAgg(site: CallSite): Emitted {
  const value = site.arg(0);
  const { over, distinct } = site.call;
  const filter = over === undefined || !distinct ? ` FILTER (WHERE ${value.sql} IS NOT NULL)` : '';
  const plain = site.aggregate('list', toJson(value), ARRAY);
  const windowed = site.over();
  const call =
    windowed === '' ? `${plain.sql}${filter}` : `${plain.sql.slice(0, -windowed.length)}${filter}${windowed}`;
  return { sql: `COALESCE(to_json(${call}), CAST('[]' AS JSON))`, type: ARRAY };
}

function percentile(name: string): Emitter {
  return (site) => {
    const [order] = site.call.orderBy;
    if (order === undefined) throw compilationError(`${site.name} needs WITHIN GROUP (ORDER BY …)`);
    const value = numberOf(site.emit(order.value));
    const fraction = site.arg(0).sql;
    const type =
      value.type?.type === 'FIXED' && name === 'quantile_cont'
        ? fixed(38, Math.min(37, (value.type.scale ?? 0) + 3))
        : value.type;
    const share = order.descending ? `1 - ${fraction}` : fraction;
    const base = value.type?.type === 'FIXED' && type ? castTo(value, type).sql : value.sql;
    return { sql: `${name}(${base}, ${share})${site.over()}`, type };
  };
}

/** MEDIAN of NUMBER(p, s) has three more digits. */
function median(site: CallSite): Emitted {
  const value = numberOf(site.arg(0));
  if (value.type?.type !== 'FIXED') return site.aggregate('median', value.sql, value.type);
  const type = fixed(38, Math.min(37, (value.type.scale ?? 0) + 3));
  return site.aggregate('median', castTo(value, type).sql, type);
}

function by(name: string): Emitter {
  return (site) => {
    if (site.count > 2) {
      const listed = site.aggregate(
        name,
        site
          .args()
          .map(({ sql }) => sql)
          .join(', '),
        ARRAY,
      );
      return { sql: `to_json(${listed.sql})`, type: ARRAY };
    }
    const value = site.arg(0);
    return site.aggregate(name, `${value.sql}, ${site.arg(1).sql}`, value.type);
  };
}

function hashAgg(site: CallSite): Emitted {
  const first = site.raw(0);
  const columns =
    first?.kind === 'star'
      ? emitStar(first, site.scope, site.translation).map(({ sql }) => sql)
      : site.args().map(({ sql }) => sql);
  const inner = `CAST(hash(${columns.join(', ')}) AS HUGEINT)`;
  const total = site.aggregate('sum', `${inner} % 4611686018427387904`, fixed(38, 0));
  return { sql: `CAST(COALESCE(${total.sql}, 0) % 9223372036854775807 AS BIGINT)`, type: fixed(19, 0) };
}

/** Functions that read a window and give a value of their argument's type. */
function offset(name: string): Emitter {
  return (site) => {
    const value = site.arg(0);
    const rest = site
      .args(1)
      .map((one, index) => (index === 0 ? `CAST(${one.sql} AS BIGINT)` : castLike(one, value)));
    return site.aggregate(name, [value.sql, ...rest].join(', '), value.type);
  };
}

function castLike(value: Emitted, like: Emitted): string {
  return like.type === undefined || value.type === undefined ? value.sql : castTo(value, like.type).sql;
}

function rank(name: string): Emitter {
  return (site) =>
    site.aggregate(
      name,
      site
        .args()
        .map(({ sql }) => sql)
        .join(', '),
      COUNT,
    );
}

function objectAgg(site: CallSite): Emitted {
  const value = site.arg(1);
  const filter = ` FILTER (WHERE ${value.sql} IS NOT NULL)`;
  const sql = `json_group_object(${textOf(site.arg(0))}, ${toJson(value)})${filter}${site.over()}`;
  return { sql: `COALESCE(${sql}, CAST('{}' AS JSON))`, type: OBJECT };
}

/** The middle and the ends compare VARIANTs as text. */
function extreme(name: string): Emitter {
  return (site) => {
    const value = site.arg(0);
    return isJson(value.type) ? site.aggregate(name, textOf(value), TEXT) : same(name)(site);
  };
}

export const AGGREGATES: Emitters = {
  COUNT: count,
  SUM: sum,
  AVG: avg,
  MIN: extreme('min'),
  MAX: extreme('max'),
  ANY_VALUE: same('any_value'),
  MODE: same('mode'),
  MEDIAN: median,
  MIN_BY: by('arg_min'),
  MAX_BY: by('arg_max'),
  COUNT_IF: (site) => site.aggregate('count', `CASE WHEN ${condition(site.arg(0))} THEN 1 END`, COUNT),
  BOOLOR_AGG: boolean('bool_or'),
  BOOLAND_AGG: boolean('bool_and'),
  BOOLXOR_AGG: (site) => ({
    sql: `(count_if(${condition(site.arg(0))})${site.over()} = 1)`,
    type: BOOLEAN,
  }),
  BITAND_AGG: integer('bit_and'),
  BITOR_AGG: integer('bit_or'),
  BITXOR_AGG: integer('bit_xor'),
  STDDEV: statistic('stddev_samp'),
  STDDEV_SAMP: statistic('stddev_samp'),
  STDDEV_POP: statistic('stddev_pop'),
  VARIANCE: statistic('var_samp'),
  VAR_SAMP: statistic('var_samp'),
  VARIANCE_SAMP: statistic('var_samp'),
  VAR_POP: statistic('var_pop'),
  VARIANCE_POP: statistic('var_pop'),
  COVAR_POP: statistic('covar_pop'),
  COVAR_SAMP: statistic('covar_samp'),
  CORR: statistic('corr'),
  SKEW: statistic('skewness'),
  KURTOSIS: statistic('kurtosis'),
  REGR_SLOPE: statistic('regr_slope'),
  REGR_INTERCEPT: statistic('regr_intercept'),
  REGR_R2: statistic('regr_r2'),
  APPROX_COUNT_DISTINCT: integer('approx_count_distinct'),
  HLL: integer('approx_count_distinct'),
  APPROX_PERCENTILE: (site) =>
    site.aggregate('approx_quantile', `${doubleOf(site.arg(0))}, ${site.arg(1).sql}`, FLOAT),
  PERCENTILE_CONT: percentile('quantile_cont'),
  PERCENTILE_DISC: percentile('quantile_disc'),
  LISTAGG: listagg,
  STRING_AGG: listagg,
  ARRAY_AGG: arrayAgg,
  ARRAY_UNIQUE_AGG: (site) => ({
    sql: `COALESCE(to_json(list(DISTINCT ${toJson(site.arg(0))}) FILTER (WHERE ${site.arg(0).sql} IS NOT NULL)${site.over()}), CAST('[]' AS JSON))`,
    type: ARRAY,
  }),
  OBJECT_AGG: objectAgg,
  HASH_AGG: hashAgg,
  ROW_NUMBER: rank('row_number'),
  RANK: rank('rank'),
  DENSE_RANK: rank('dense_rank'),
  NTILE: rank('ntile'),
  PERCENT_RANK: (site) => site.aggregate('percent_rank', '', FLOAT),
  CUME_DIST: (site) => site.aggregate('cume_dist', '', FLOAT),
  LAG: offset('lag'),
  LEAD: offset('lead'),
  FIRST_VALUE: same('first_value', WHOLE),
  LAST_VALUE: same('last_value', WHOLE),
  NTH_VALUE: same('nth_value', WHOLE),
  RATIO_TO_REPORT: (site) => {
    const value = doubleOf(site.arg(0));
    return { sql: `(${value} / sum(${value})${site.over()})`, type: FLOAT };
  },
  GROUPING: (site) =>
    site.aggregate(
      'grouping',
      site
        .args()
        .map(({ sql }) => sql)
        .join(', '),
      COUNT,
    ),
  GROUPING_ID: (site) =>
    site.aggregate(
      'grouping_id',
      site
        .args()
        .map(({ sql }) => sql)
        .join(', '),
      COUNT,
    ),
};
