import { similarNames } from '../../../config/index.ts';
import { type Call, type Expression, typeName } from '../../../sql/index.ts';
import { isNoNumber } from './coercion.ts';
import { valueOfExpression } from './expression.ts';
import {
  functionNames,
  isKnownFunction,
  kindOfFunction,
  nullabilityOfCall,
  typeOfCall,
} from './functions.ts';
import type { Scope } from './scope.ts';
import { computed, together, UNKNOWN, type Value } from './shape.ts';
import type { Work } from './work.ts';

/** Places of arguments that may be a bare word for a part of a date, by function. */
const DATE_PART_AT: Readonly<Record<string, number>> = {
  DATEADD: 0,
  DATEDIFF: 0,
  TIMEADD: 0,
  TIMEDIFF: 0,
  TIMESTAMPADD: 0,
  TIMESTAMPDIFF: 0,
  DATE_PART: 0,
  DATE_TRUNC: 0,
  LAST_DAY: 1,
  TRUNC: 1,
  TIME_SLICE: 2,
};

/** Words that name a part of a date ("Supported date and time parts"). */
const DATE_PARTS = new Set(
  `Y YY YYY YYYY YEAR YEARS YR YRS MM MON MONS MONTH MONTHS D DD DAY DAYS DAYOFMONTH DAYOFWEEK WEEKDAY DOW DW DAYOFWEEKISO
   WEEKDAY_ISO DOW_ISO DW_ISO DAYOFWEEK_ISO DAYOFYEAR YEARDAY DOY DY W WEEK WEEKS WK WEEKOFYEAR WOY WY WEEKISO WEEK_ISO WEEKOFYEARISO
   WEEKOFYEAR_ISO QUARTER QUARTERS Q QTR QTRS YEAROFWEEK YEAROFWEEKISO H HH HR HRS HOUR HOURS M MI MIN MINS MINUTE MINUTES S SEC SECS
   SECOND SECONDS MS MSEC MILLISECOND MILLISECONDS US USEC MICROSECOND MICROSECONDS NS NSEC NANOSEC NSECOND NANOSECOND NANOSECONDS
   NANOSECS NSECONDS EPOCH EPOCH_SECOND EPOCH_SECONDS EPOCH_MILLISECOND EPOCH_MILLISECONDS EPOCH_MICROSECOND EPOCH_MICROSECONDS
   EPOCH_NANOSECOND EPOCH_NANOSECONDS TIMEZONE_HOUR TZH TIMEZONE_MINUTE TZM`.split(/\s+/),
);

/** What is known of a function's value. */
export function valueOfCall(call: Call, scope: Scope, work: Work): Value {
  reportUnknownFunction(call, work);
  const values = call.args.map(({ value }, index) =>
    isDatePart(call, index) || isLooseDateWord(call, value, scope) || isCountOfRows(call, value)
      ? UNKNOWN
      : valueOfExpression(value, scope, work),
  );
  for (const { value } of call.orderBy) values.push(valueOfExpression(value, scope, work));
  if (call.over !== undefined) {
    for (const value of call.over.partitionBy) values.push(valueOfExpression(value, scope, work));
    for (const { value } of call.over.orderBy) values.push(valueOfExpression(value, scope, work));
  }
  const args = values.slice(0, call.args.length);
  reportSumOfMoments(call, args, work);
  return {
    type: typeOfCall(
      call.name,
      args,
      call.args.map(({ value }) => textOf(value)),
    ),
    nullable: nullabilityOfCall(call.name, args),
    origins: computed(together(values.map(({ origins }) => origins))),
  };
}

/** `month` of `date_trunc(month, d)`. */
export function isDatePart(call: Call, index: number): boolean {
  const value = call.args[index]?.value;
  return value !== undefined && DATE_PART_AT[call.name] === index && isDateWord(value);
}

function isDateWord(value: Expression): boolean {
  if (value.kind !== 'column' || value.parts.length !== 1) return false;
  return DATE_PARTS.has(value.parts[0]?.name.toUpperCase() ?? '');
}

/** A word for a part of a date that is no column: a function that is not known may take one. */
function isLooseDateWord(call: Call, value: Expression, scope: Scope): boolean {
  if (value.kind !== 'column' || !isDateWord(value) || kindOfFunction(call.name) !== 'other') return false;
  const found = scope.column(value.parts);
  return found.kind === 'missing' || (found.kind === 'column' && found.assumed);
}

function isCountOfRows(call: Call, value: Expression): boolean {
  return call.name === 'COUNT' && value.kind === 'star' && value.qualifier.length === 0;
}

function textOf(value: Expression): string | undefined {
  if (value.kind === 'text' || value.kind === 'number') return value.value;
  return value.kind === 'column' && value.parts.length === 1 ? value.parts[0]?.name : undefined;
}

/** A function that nobody knows may be one of the user's own; one that is nearly Snowflake's is worth a word. */
function reportUnknownFunction(call: Call, work: Work): void {
  if (
    call.name.length < 4 ||
    call.name.includes('.') ||
    call.name.includes('$') ||
    isKnownFunction(call.name)
  ) {
    return;
  }
  const [similar] = similarNames(call.name, near(call.name));
  if (similar === undefined) return;
  work.problems.warning(
    'unknown-function',
    call.at,
    `Snowflake has no function ${call.name.toLowerCase()} of its own.`,
    `Did you mean ${similar.toLowerCase()}?`,
  );
}

let names: readonly string[] | undefined;

/** Names of nearly the same length, since measuring the distance to all of them takes time. */
function near(name: string): string[] {
  names ??= functionNames();
  const most = name.length > 7 ? 2 : 1;
  return names.filter((known) => Math.abs(known.length - name.length) <= most && known[0] === name[0]);
}

function reportSumOfMoments(call: Call, args: readonly Value[], work: Work): void {
  const type = args[0]?.type;
  if ((call.name !== 'SUM' && call.name !== 'AVG') || type === undefined || !isNoNumber(type)) return;
  work.problems.error(
    'types',
    call.at,
    `${call.name} takes numbers, and this is a value of type ${typeName(type)}.`,
    type.type === 'ARRAY' || type.type === 'OBJECT' || type.type === 'BINARY'
      ? 'Take a number out of it first.'
      : 'Use MIN, MAX, or DATEDIFF from a fixed day.',
  );
}
