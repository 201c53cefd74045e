import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineProject, full, parseProject, SluiceError } from '../../lib/config/index.ts';
import { startSnowflake } from '../../lib/local/snowflake/index.ts';
import { connectWarehouse } from '../../lib/snowflake/index.ts';
import { build, compile, installPackages, list, type NodeEvent } from '../../lib/transform/index.ts';

export interface CompatOptions {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly select: readonly string[] | undefined;
  readonly exclude: readonly string[] | undefined;
  /** How far a project is taken: read only, compiled too, or built and tested. */
  readonly depth: 'parse' | 'compile' | 'build';
  /** Loads all seeds before anything else: for projects that read their seeds as sources, which says nothing of an order. */
  readonly seedsFirst: boolean;
}

/** What became of a project. */
export interface CompatResult {
  /** As it was given. */
  readonly directory: string;
  /** Of the project's repository; undefined when it is in none. */
  readonly commit: string | undefined;
  readonly depth: CompatOptions['depth'];
  readonly seconds: number;
  /** Nodes that were read, of every kind. */
  readonly nodes: number;
  /** Empty unless the project was built. */
  readonly events: readonly NodeEvent[];
  /** Why the project as a whole could not be read or compiled. */
  readonly refusal: string | undefined;
}

/** Installs the packages of a dbt project and takes it as far as it is asked to, on an embedded Snowflake of its own. */
export async function runProject(directory: string, options: CompatOptions): Promise<CompatResult> {
  const artifacts = mkdtempSync(join(tmpdir(), 'sluice-compat-'));
  const project = parseProject(defineProject({ name: 'compat', tables: { none: full() } }), {
    directory,
    file: 'compat',
  });
  const server = options.depth === 'parse' ? undefined : await startSnowflake({ memory: true });
  const events: NodeEvent[] = [];
  const started = performance.now();
  let nodes = 0;
  let refusal: string | undefined;
  try {
    await installPackages({ directory, project, vars: options.vars });
    const choice = {
      directory: resolve(directory),
      project,
      vars: options.vars,
      ...(options.select === undefined ? {} : { select: options.select }),
      ...(options.exclude === undefined ? {} : { exclude: options.exclude }),
    };
    nodes = list(choice).nodes.length;
    if (server !== undefined) {
      const connect = () =>
        connectWarehouse({
          account: server.account,
          username: server.username,
          authentication: { kind: 'password', password: server.password },
          accessUrl: server.url,
        });
      const warehouse = await connect();
      await warehouse.execute(`CREATE DATABASE "${project.snowflake.database}"`);
      await warehouse.close();
      const run = { ...choice, connect, artifactsDirectory: artifacts };
      if (options.depth === 'compile') await compile(run);
      else {
        // As dbt does it: straight into the published schemas, and without what Sluice checks before a run.
        const onNode = (event: NodeEvent): number => events.push(event);
        const each = { ...run, audit: false, check: false, onNode };
        if (options.seedsFirst) await build({ ...each, resourceTypes: ['seed'] });
        await build(options.seedsFirst ? { ...each, excludeResourceTypes: ['seed'] } : each);
      }
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    refusal = `${error.message}\n${error.hint}`;
  } finally {
    await server?.stop();
    rmSync(artifacts, { recursive: true, force: true });
  }
  const seconds = (performance.now() - started) / 1000;
  return { directory, commit: commitOf(directory), depth: options.depth, seconds, nodes, events, refusal };
}

function commitOf(directory: string): string | undefined {
  try {
    return execFileSync('git', ['-C', directory, 'rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    }).trim();
  } catch {
    return undefined;
  }
}
