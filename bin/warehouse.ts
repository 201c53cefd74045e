import type { Warehouse } from '../lib/snowflake/index.ts';
import type { CommandContext } from './context.ts';

/** Logs in to the warehouse for one command, in the project's database. */
export async function openWarehouse(context: CommandContext): Promise<Warehouse> {
  const [{ project }, connections, { connectWarehouse }] = await Promise.all([
    context.project(),
    context.connections(),
    import('../lib/snowflake/index.ts'),
  ]);
  return connectWarehouse(
    { database: project.snowflake.database, ...connections.snowflake },
    { queryTag: { project: project.name } },
  );
}
