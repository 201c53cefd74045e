import { existsSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { connectionsFromEnvironment, SluiceError, type SourceConnection } from '../../lib/config/index.ts';
import { configText, discoverTables, openSource } from '../../lib/extract/index.ts';
import type { CommandContext } from '../context.ts';

interface DiscoverOptions {
  readonly schema?: readonly string[];
  readonly write?: string;
}

const configRoom = resolve(import.meta.dirname, '../../lib/config/index.ts');

/** `sluice discover`: reads a database and writes a config for it, with the reasons of each choice. Needs no config itself. */
export async function run(context: CommandContext, { schema, write }: DiscoverOptions): Promise<0> {
  const { output } = context;
  const file = resolve(write ?? 'sluice.config.ts');
  if (write !== undefined && existsSync(file)) throw fileExists(write);
  const connection = await sourceOf(context);
  const source = openSource(connection, { maxConnections: 1, statementTimeoutSeconds: 15 });
  const proposals = await discoverTables(source, schema).finally(() => source.close());
  if (proposals.length === 0) throw nothingFound(connection);

  const path = relative(dirname(file), configRoom);
  const project = connection.database
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '');
  const text = configText(proposals, {
    project: project.slice(0, 30).replace(/-$/, '') || 'project',
    importFrom: path.startsWith('.') ? path : `./${path}`,
  });
  if (write === undefined) output.line(text);
  else {
    writeFileSync(file, text, { flag: 'wx' });
    output.line(
      `${proposals.length} tables are written to ${write}. Look at the reasons, then run \`sluice plan\`.`,
    );
  }
  output.result({ tables: proposals, file: write === undefined ? null : file });
  return 0;
}

async function sourceOf(context: CommandContext): Promise<SourceConnection> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return connectionsFromEnvironment(process.env).source ?? (await context.embeddedConnections()).source;
}

function fileExists(file: string): SluiceError {
  return new SluiceError({
    code: 'CONFIG_EXISTS',
    kind: 'usage',
    message: `${file} exists already, and is not overwritten`,
    hint: 'Write to another file, or leave --write out to see the proposal.',
  });
}

function nothingFound({ host, port, database, user }: SourceConnection): SluiceError {
  return new SluiceError({
    code: 'SOURCE_NO_TABLES',
    kind: 'work',
    message: `${user} sees no table in ${database} at ${host}:${port}`,
    hint: 'Grant it USAGE on the schemas and SELECT on the tables, or check --schema and SLUICE_SOURCE_URL.',
  });
}
