import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { PostgresServer } from '../../../lib/local/postgres/index.ts';
import { runModule } from '../../support/index.ts';

export type HostedPostgres = Pick<PostgresServer, 'connection' | 'pid'> & { readonly child: ChildProcess };

/** A Postgres whose owner is a process of its own, which can be killed, or belong to somebody else. */
export async function hostPostgres(
  directory: string,
  identity: { uid?: number; gid?: number } = {},
): Promise<HostedPostgres> {
  const module = join(import.meta.dirname, '../../../lib/local/postgres/index.ts');
  const script = `
    import { startPostgres } from ${JSON.stringify(module)};
    const { connection, pid, stop } = await startPostgres({ directory: ${JSON.stringify(directory)} });
    console.log(JSON.stringify({ connection, pid }));
    process.once('SIGTERM', () => stop());`;
  const { child, line } = await runModule(script, identity);
  return { ...JSON.parse(line), child };
}
