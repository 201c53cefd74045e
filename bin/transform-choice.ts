import { resolve } from 'node:path';
import { parse } from 'yaml';
import { SluiceError } from '../lib/config/index.ts';
import type { TransformChoice } from '../lib/run/index.ts';
import { eventTime, sampleWindow, type WarnErrorOptions } from '../lib/transform/index.ts';
import type { SelectionOptions } from './options.ts';

/** What the arguments choose of the dbt project. */
export function transformChoice(options: SelectionOptions): TransformChoice {
  const select = [...(options.select ?? []), ...(options.models ?? [])];
  const { vars, sample, eventTimeStart, eventTimeEnd, state, deferState, targetPath } = options;
  const warnError = warnErrorOf(options);
  if ((eventTimeStart === undefined) !== (eventTimeEnd === undefined)) {
    throw new SluiceError({
      code: 'EVENT_TIME_INVALID',
      kind: 'usage',
      message: '--event-time-start and --event-time-end belong together.',
      hint: 'Give both.',
    });
  }
  return {
    ...given({
      exclude: options.exclude,
      selector: options.selector,
      indirectSelection: options.indirectSelection,
      resourceTypes: options.resourceType,
      excludeResourceTypes: options.excludeResourceType,
      threads: options.threads,
      target: options.target,
      fullRefresh: options.fullRefresh,
      failFast: options.failFast,
      empty: options.empty,
      defer: options.defer,
      favorState: options.favorState,
      storeFailures: options.storeFailures,
      // Said only with --no-…: a retry would take the default for what was said.
      audit: options.audit === false ? false : undefined,
      check: options.check === false ? false : undefined,
    }),
    ...(select.length === 0 ? {} : { select }),
    ...(vars === undefined ? {} : { vars: parseVars(vars) }),
    ...(sample === undefined ? {} : { sample: sampleOf(sample) }),
    ...(eventTimeStart === undefined
      ? {}
      : { eventTimeStart: eventTime(eventTimeStart, '--event-time-start') }),
    ...(eventTimeEnd === undefined ? {} : { eventTimeEnd: eventTime(eventTimeEnd, '--event-time-end') }),
    ...(state === undefined ? {} : { state: resolve(state) }),
    ...(deferState === undefined ? {} : { deferState: resolve(deferState) }),
    ...(targetPath === undefined ? {} : { artifactsDirectory: resolve(targetPath) }),
    ...(warnError === undefined ? {} : { warnError }),
  };
}

/** `--vars`: a record, as YAML or JSON. */
export function parseVars(text: string): Readonly<Record<string, unknown>> {
  return parseRecord(text, '--vars', "'{name: value}'");
}

type Defined<Options> = { [Key in keyof Options]?: Exclude<Options[Key], undefined> };

/** What of some options was given. */
function given<Options extends object>(options: Options): Defined<Options> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Defined<Options>;
}

function sampleOf(text: string) {
  if (!text.trimStart().startsWith('{') && !text.includes(':')) return sampleWindow(text, new Date());
  const { start, end } = parseRecord(text, '--sample', "'{start: 2026-01-01, end: 2026-01-08}'");
  return {
    start: eventTime(String(start), 'The start of the sample'),
    end: eventTime(String(end), 'The end of the sample'),
  };
}

function warnErrorOf({ warnError, warnErrorOptions }: SelectionOptions): WarnErrorOptions | undefined {
  if (warnErrorOptions === undefined) {
    return warnError === true ? { error: 'all', warn: [], silence: [] } : undefined;
  }
  const record = parseRecord(
    warnErrorOptions,
    '--warn-error-options',
    "'{error: all, warn: [LogTestResult]}'",
  );
  // `include` and `exclude` are their older names.
  const error = record.error ?? record.include ?? [];
  return {
    error: error === 'all' || error === '*' ? 'all' : texts(error),
    warn: texts(record.warn ?? record.exclude ?? []),
    silence: texts(record.silence ?? []),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function parseRecord(text: string, option: string, example: string): Readonly<Record<string, unknown>> {
  try {
    // As dbt reads it: dates are texts.
    const value: unknown = parse(text, { version: '1.1', schema: 'core' });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for any other value that is not a record.
  }
  throw new SluiceError({
    code: option === '--vars' ? 'VARS_INVALID' : 'OPTION_INVALID',
    kind: 'usage',
    message: `${option} is not a YAML record: ${text}`,
    hint: `Write it as ${option} ${example}.`,
  });
}
