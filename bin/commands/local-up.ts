import { once } from 'node:events';
import type { CommandContext } from '../context.ts';

interface LocalUpOptions {
  readonly postgresPort?: number;
  readonly s3Port?: number;
  readonly snowflakePort?: number;
}

/** `sluice local up`: the embedded servers in this process, until Ctrl-C. */
export async function run(context: CommandContext, options: LocalUpOptions): Promise<0> {
  const { connectionLines, startLocal } = await import('../../lib/local/index.ts');
  const servers = await startLocal({
    state: context.state,
    ports: {
      ...(options.postgresPort === undefined ? {} : { postgres: options.postgresPort }),
      ...(options.s3Port === undefined ? {} : { s3: options.s3Port }),
      ...(options.snowflakePort === undefined ? {} : { snowflake: options.snowflakePort }),
    },
  });
  try {
    context.output.result({ state: servers.state, connections: servers.connections });
    for (const line of connectionLines(servers)) context.output.line(line);
    context.output.line('\nCtrl-C stops them; the state stays.');
    if (!context.signal.aborted) await once(context.signal, 'abort');
    return 0;
  } finally {
    await servers.stop();
  }
}
