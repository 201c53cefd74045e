import type { RunFlags, TimeWindow, WarnErrorOptions } from '../../flags.ts';
import { indirectSelections } from '../../select/spec.ts';
import { asRecord, asText, asTexts, type Data, type DataRecord, toData } from '../../values.ts';
import type { Workspace } from '../workspace.ts';

/** The arguments of a run as `run_results.json` keeps them, under dbt's names. */
export function runArguments({ options, project, threads }: Workspace): Record<string, Data> {
  const { select = [], exclude = [], resourceTypes = [], excludeResourceTypes = [] } = options;
  const args = {
    which: project.scope.command,
    target: project.scope.target.name,
    threads,
    select,
    exclude,
    selector: options.selector ?? null,
    indirect_selection: options.indirectSelection ?? 'eager',
    resource_types: resourceTypes,
    exclude_resource_types: excludeResourceTypes,
    vars: options.vars ?? {},
    full_refresh: options.fullRefresh ?? false,
    fail_fast: options.failFast ?? false,
    empty: options.empty ?? false,
    sample: options.sample ?? null,
    event_time_start: options.eventTimeStart ?? null,
    event_time_end: options.eventTimeEnd ?? null,
    state: options.state ?? null,
    defer_state: options.deferState ?? null,
    defer: options.defer ?? false,
    favor_state: options.favorState ?? false,
    store_failures: options.storeFailures ?? false,
    warn_error_options: options.warnError ?? null,
    audit: options.audit ?? true,
    check: options.check ?? true,
  };
  return { ...asRecord(toData(args)) };
}

/** The flags that an earlier run was called with, but for the selection: what it ran stands in its results. */
export function flagsOf(args: DataRecord): RunFlags {
  const { target } = args;
  const indirect = indirectSelections.find((known) => known === args.indirect_selection);
  const sample = windowOf(args.sample);
  const warnError = warnErrorOf(args.warn_error_options);
  const text = (key: string): string | undefined => asText(args[key]);
  const [start, end, state, deferState] = ['event_time_start', 'event_time_end', 'state', 'defer_state'].map(
    text,
  );
  return {
    ...(target === 'dev' || target === 'prod' ? { target } : {}),
    ...(indirect === undefined ? {} : { indirectSelection: indirect }),
    ...(typeof args.threads === 'number' ? { threads: args.threads } : {}),
    vars: asRecord(args.vars) ?? {},
    fullRefresh: args.full_refresh === true,
    failFast: args.fail_fast === true,
    empty: args.empty === true,
    defer: args.defer === true,
    favorState: args.favor_state === true,
    storeFailures: args.store_failures === true,
    audit: args.audit !== false,
    check: args.check !== false,
    ...(sample === undefined ? {} : { sample }),
    ...(start === undefined ? {} : { eventTimeStart: start }),
    ...(end === undefined ? {} : { eventTimeEnd: end }),
    ...(state === undefined ? {} : { state }),
    ...(deferState === undefined ? {} : { deferState }),
    ...(warnError === undefined ? {} : { warnError }),
  };
}

function windowOf(value: Data | undefined): TimeWindow | undefined {
  const record = asRecord(value);
  const [start, end] = [asText(record?.start), asText(record?.end)];
  return start === undefined || end === undefined ? undefined : { start, end };
}

function warnErrorOf(value: Data | undefined): WarnErrorOptions | undefined {
  const record = asRecord(value);
  if (record === undefined) return undefined;
  const error = record.error === 'all' ? 'all' : asTexts(record.error);
  return { error, warn: asTexts(record.warn), silence: asTexts(record.silence) };
}
