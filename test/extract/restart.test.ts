import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ExtractRetry } from '../../lib/extract/index.ts';
import { startPostgres } from '../../lib/local/postgres/index.ts';
import { temporaryFolder } from '../support/index.ts';
import { createGate } from './gate.ts';
import { full, openWorkbench } from './workbench.ts';

test('a server that restarts in the middle of a copy costs another attempt and nothing else', async () => {
  const directory = join(temporaryFolder(), 'postgres');
  const server = await startPostgres({ directory });
  const workbench = await openWorkbench({ connection: server.connection });
  const gate = await createGate(server.connection, 'restarted', 50_000);
  const retries: ExtractRetry[] = [];
  const extracting = workbench.extract({ restarted: full() }, { onRetry: (retry) => retries.push(retry) });
  await gate.reached();
  await server.stop();
  const again = await startPostgres({ directory, port: server.connection.port });
  try {
    const [manifest] = await extracting;
    expect(manifest?.totalRows).toBe(50_000);
    expect((await workbench.csv(manifest)).split('\n')).toHaveLength(50_002);
    expect(retries[0]).toMatchObject({ attempt: 1, error: { scope: 'source', retryable: true } });
    expect(await workbench.staging.list('manifests/')).toHaveLength(1);
  } finally {
    await gate.close();
    await workbench.close();
    await again.stop();
  }
});
