import { SluiceError } from '../lib/config/index.ts';
import type { TransformChoice } from '../lib/run/index.ts';
import type { SelectionOptions } from './options.ts';

/** What the arguments choose of the dbt project. */
export function transformChoice(
  options: SelectionOptions & { fullRefresh?: boolean; resourceType?: readonly string[] },
): TransformChoice {
  const { select, exclude, vars, threads, target, fullRefresh, resourceType } = options;
  return {
    ...(select === undefined ? {} : { select }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(vars === undefined ? {} : { vars: parseVars(vars) }),
    ...(threads === undefined ? {} : { threads }),
    ...(target === undefined ? {} : { target }),
    ...(resourceType === undefined ? {} : { resourceTypes: resourceType }),
    ...(fullRefresh === undefined ? {} : { fullRefresh }),
  };
}

function parseVars(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for any other value that is not an object.
  }
  throw new SluiceError({
    code: 'VARS_INVALID',
    kind: 'usage',
    message: `--vars is not a JSON object: ${text}`,
    hint: `Write it as --vars '{"name": "value"}'.`,
  });
}
