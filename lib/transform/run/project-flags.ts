import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problems } from '../errors.ts';
import type { RunFlags, WarnErrorOptions } from '../flags.ts';
import { readYaml } from '../project/yaml.ts';
import { indirectSelections } from '../select/spec.ts';
import { asRecord, asTexts, type Data, type DataRecord } from '../values.ts';

/**
 * What `flags:` of a project's dbt_project.yml chooses for every run, where the run itself does not say otherwise. Flags that
 * have no meaning here (of dbt's own log, cache and parser) are passed over.
 *
 * @throws ProjectError for a flag whose value it cannot have
 */
export function projectFlags(directory: string): Partial<RunFlags> {
  const file = join(directory, 'dbt_project.yml');
  if (!existsSync(file)) return {};
  // What is wrong with the file itself is said when the project is read.
  const flags = asRecord(asRecord(readYaml(file, 'dbt_project.yml', new Problems())?.data ?? null)?.flags);
  if (flags === undefined) return {};
  const problems = new Problems();
  const warnError = warnErrorOf(flags, problems);
  const chosen: Partial<RunFlags> = {
    ...truth('failFast', flags, 'fail_fast', problems),
    ...truth('storeFailures', flags, 'store_failures', problems),
    ...indirectSelectionOf(flags, problems),
    ...(warnError === undefined ? {} : { warnError }),
  };
  problems.throwIfAny();
  return chosen;
}

function truth(
  name: 'failFast' | 'storeFailures',
  flags: DataRecord,
  key: string,
  problems: Problems,
): Partial<RunFlags> {
  const value = flags[key];
  if (value === undefined || value === null) return {};
  if (typeof value === 'boolean') return { [name]: value };
  problems.add({
    file: 'dbt_project.yml',
    message: `the flag \`${key}\` is ${JSON.stringify(value)}, which is neither true nor false.`,
  });
  return {};
}

function indirectSelectionOf(flags: DataRecord, problems: Problems): Partial<RunFlags> {
  const value = flags.indirect_selection;
  if (value === undefined || value === null) return {};
  const found = indirectSelections.find((one) => one === value);
  if (found !== undefined) return { indirectSelection: found };
  problems.add({
    file: 'dbt_project.yml',
    message: `the flag \`indirect_selection\` is ${JSON.stringify(value)}, which is none of ${indirectSelections.join(', ')}.`,
  });
  return {};
}

/** `warn_error`, and `warn_error_options` under the names that dbt has given its parts over time. */
function warnErrorOf(flags: DataRecord, problems: Problems): WarnErrorOptions | undefined {
  if (flags.warn_error === true) return { error: 'all', warn: [], silence: [] };
  const options = asRecord(flags.warn_error_options);
  if (options === undefined) {
    if (flags.warn_error_options !== undefined) {
      problems.add({ file: 'dbt_project.yml', message: 'the flag `warn_error_options` is no record.' });
    }
    return undefined;
  }
  const error: Data = options.error ?? options.include ?? [];
  return {
    error: error === 'all' || error === '*' ? 'all' : asTexts(error),
    warn: asTexts(options.warn ?? options.exclude),
    silence: asTexts(options.silence),
  };
}
