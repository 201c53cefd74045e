import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  Project,
  SnowflakeConnection,
  SourceConnection,
  StagingConnection,
} from '../../lib/config/index.ts';
import { required } from './required.ts';
import { snowflakeFromEnvironment } from './snowflake-login.ts';
import { sourceFromEnvironment } from './source-login.ts';

/** What a function works on: the project it was deployed for, and how to reach the three systems. */
export interface Services {
  readonly project: Project;
  /** Folder with what was laid beside the code: contracts, models. */
  readonly directory: string;
  /** Where the function may write files. */
  readonly artifactsDirectory: string;
  readonly staging: StagingConnection;
  /** Reads credentials when asked: a rotated secret counts from the next call on. */
  source(): Promise<SourceConnection>;
  snowflake(): Promise<SnowflakeConnection>;
}

/** What the stack has set up for this function, in its environment and in the files beside its code. */
export function servicesFromEnvironment(env: NodeJS.ProcessEnv = process.env): Services {
  const directory = required(env, 'LAMBDA_TASK_ROOT');
  const { project }: { project: Project } = JSON.parse(readFileSync(join(directory, 'sluice.json'), 'utf8'));
  const storageRoleArn = env.SLUICE_STORAGE_ROLE_ARN ?? project.snowflake.storageRoleArn;
  return {
    project: {
      ...project,
      models: { ...project.models, path: join(directory, project.models.path) },
      snowflake: { ...project.snowflake, storageRoleArn },
    },
    directory,
    artifactsDirectory: '/tmp/artifacts',
    staging: { bucket: required(env, 'SLUICE_BUCKET'), region: required(env, 'AWS_REGION') },
    source: () => sourceFromEnvironment(env, directory),
    snowflake: () => snowflakeFromEnvironment(env),
  };
}
