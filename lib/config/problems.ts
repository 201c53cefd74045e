import { z } from 'zod';
import { SluiceError } from './errors.ts';
import { similarNames } from './names.ts';
import { projectInput, tableInput } from './schema.ts';

/** One thing wrong with a config: where, what was found, what was expected. */
export interface ConfigProblem {
  /** Path inside the config, e.g. `tables.ecommerce_sales.timezone`. */
  readonly path: string;
  readonly problem: string;
  readonly suggestion?: string;
}

/** A config that does not fit its schema, with everything that is wrong with it. */
export class ConfigError extends SluiceError {
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ path, problem, suggestion }) => `  ${path}: ${problem}${suggestion ? ` (${suggestion})` : ''}`,
    );
    super({
      code: 'CONFIG_INVALID',
      kind: 'usage',
      message: `${file} has ${problems.length} ${problems.length === 1 ? 'error' : 'errors'}:\n${lines.join('\n')}`,
      hint: 'Correct the paths named above; every option stands in lib/config/define.ts with its default.',
      details: { file, problems },
    });
    this.problems = problems;
  }
}

/** What a person reads of one issue of the schema. */
export function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.map(String);
  const at = path.join('.') || '(config)';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const [similar] = similarNames(key, keysAllowedAt(path, issue.input));
      return {
        path: [...path, key].join('.'),
        problem: 'unknown option',
        ...(similar ? { suggestion: `did you mean ${similar}?` } : {}),
      };
    });
  }
  if (issue.code === 'invalid_key') {
    return [{ path: at, problem: issue.issues[0]?.message ?? 'invalid name' }];
  }
  const found = issue.input === undefined ? 'it is missing' : `found ${describe(issue.input)}`;
  const expected = issue.message.startsWith('expected ') ? issue.message : expectationOf(issue);
  const suggestion = suggestionOf(issue);
  return [{ path: at, problem: `${found}, ${expected}`, ...(suggestion ? { suggestion } : {}) }];
}

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return issue.discriminator === 'mode'
        ? 'expected full(…), daily(…) or incremental(…)'
        : 'expected one of the forms that are documented';
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function suggestionOf(issue: z.core.$ZodIssue): string | undefined {
  if (typeof issue.input !== 'string') return undefined;
  const candidates =
    issue.code === 'invalid_value'
      ? issue.values.map(String)
      : issue.path.at(-1) === 'timezone'
        ? Intl.supportedValuesOf('timeZone')
        : [];
  const [similar] = similarNames(issue.input, candidates);
  return similar === undefined ? undefined : `did you mean ${similar}?`;
}

/** The options a strict object of the schema knows, found by walking the schema along the path. */
function keysAllowedAt(path: readonly string[], input: unknown): string[] {
  if (path[0] === 'tables' && path.length === 2) {
    const mode = typeof input === 'object' && input !== null && 'mode' in input ? input.mode : undefined;
    const option = tableInput.options.find((candidate) => candidate.shape.mode.value === mode);
    return option === undefined ? [] : Object.keys(option.shape);
  }
  let schema: z.ZodType = projectInput;
  for (const part of path) {
    const inner: z.ZodType | undefined = shapeOf(schema)?.[part];
    if (inner === undefined) return [];
    schema = inner;
  }
  return Object.keys(shapeOf(schema) ?? {});
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  let inner: unknown = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault) {
    inner = inner.unwrap();
  }
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
