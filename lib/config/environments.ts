import type { Cloud } from './cloud.ts';
import type { ParsedCloud } from './cloud-schema.ts';
import { parseConfig } from './parse.ts';
import { ConfigError, type ConfigProblem } from './problems.ts';
import type { Project } from './project.ts';
import type { ParsedProject } from './schema.ts';

/** One deployment of a project: a stack, and a database of its own. */
export interface Environment {
  /** Its name in the config; undefined when the config names no environments and so is one itself. */
  readonly name: string | undefined;
  /** The project as this environment has it: its names carry the environment's. */
  readonly project: Project;
  readonly cloud: Cloud;
  /** `<project>` or `<project>-<environment>`: part of every name in AWS. */
  readonly baseName: string;
}

/**
 * The environments of a config, in its order; the config itself when it names none.
 *
 * @throws ConfigError with the problems of all of them
 */
export function parseEnvironments(
  input: unknown,
  options: { directory: string; file: string },
): readonly Environment[] {
  const { parsed } = parseConfig(input, options);
  const names = Object.keys(parsed.environments);
  if (names.length === 0) return [environmentOf(undefined, parseConfig(input, options))];
  const problems: ConfigProblem[] = [];
  const environments = names.flatMap((name) => {
    const override = parsed.environments[name] ?? {};
    try {
      return [environmentOf(name, parseConfig(merged(input, override), { ...options, environment: name }))];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(
        ...error.problems.map((problem) => ({ ...problem, path: `environments.${name}: ${problem.path}` })),
      );
      return [];
    }
  });
  if (problems.length > 0) throw new ConfigError(options.file, problems);
  return environments;
}

function environmentOf(
  name: string | undefined,
  { parsed, project }: { parsed: ParsedProject; project: Project },
): Environment {
  const baseName = name === undefined ? project.name : `${project.name}-${name}`;
  return { name, project, baseName, cloud: completeCloud(parsed.cloud, project, baseName) };
}

function completeCloud(parsed: ParsedCloud, project: Project, baseName: string): Cloud {
  const { source, schedule, ...rest } = parsed;
  const dated = project.tables.map(({ mode }) => mode).find((mode) => mode.kind === 'daily');
  return {
    ...rest,
    schedule: { ...schedule, timezone: schedule.timezone ?? dated?.timezone ?? 'UTC' },
    ...(source === undefined ? {} : { source: completeSource(source, baseName) }),
  };
}

function completeSource(
  source: NonNullable<ParsedCloud['source']>,
  baseName: string,
): NonNullable<Cloud['source']> {
  const { network, ...rest } = source;
  const credentials = source.credentials ?? {
    kind: 'secret' as const,
    secretName: `sluice/${baseName}/source`,
  };
  if (network === undefined) return { ...rest, credentials };
  const readsSecret = credentials.kind === 'secret' || source.maskingSecretName !== undefined;
  const secretsManagerEndpoint =
    network.secretsManagerEndpoint ?? (network.routeTableIds.length > 0 && readsSecret);
  return { ...rest, credentials, network: { ...network, secretsManagerEndpoint } };
}

/** `over` laid upon `base`, object by object; anything that is not an object is replaced. */
function merged(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over === undefined ? base : over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(base[key], over[key])]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
