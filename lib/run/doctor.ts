import { readContract, SluiceError } from '../config/index.ts';
import { compareContract, readContract as readLiveContract } from '../extract/index.ts';
import { checkWarehouse, connectWarehouse, type Finding } from '../snowflake/index.ts';
import type { Staging } from '../staging/index.ts';
import type { RunContext } from './context.ts';
import { withSourceAndStaging } from './extract-step.ts';

/** Looks at everything that a run needs, and names the fix of what is not as it should be. Changes nothing but a probe object. */
export async function doctor(context: RunContext): Promise<readonly Finding[]> {
  const { project, connections } = context;
  const nearby = await withSourceAndStaging(context, async (source, staging) => {
    const findings: Finding[] = [];
    for (const table of project.tables) {
      findings.push(
        await look(`source table ${table.name}`, async () => {
          const live = await readLiveContract(source, table);
          const recorded = readContract(context.directory, table.name);
          if (recorded === undefined) return `${live.columns.length} columns, no contract yet`;
          const changes = compareContract(recorded, live).changes.filter(({ accepted }) => !accepted);
          if (changes.length > 0)
            throw contractChanged(
              table.name,
              changes.map(({ column }) => column),
            );
          return `${live.columns.length} columns, as recorded`;
        }),
      );
    }
    findings.push(await look(`bucket ${staging.bucket}`, () => probeBucket(staging)));
    return findings;
  });
  const connection = { ...connections.snowflake, database: project.snowflake.database };
  const warehouse = await checkWarehouse(() => connectWarehouse(connection), project);
  return [...nearby, ...warehouse.map((finding) => ({ ...finding, check: `snowflake ${finding.check}` }))];
}

async function look(check: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, message: await work() };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { check, ok: false, message: error.message, fix: error.hint };
  }
}

/** Writes and reads one small object under its own prefix, which no stage and no notification looks at. */
async function probeBucket(staging: Staging): Promise<string> {
  const key = `${staging.prefix}probes/${crypto.randomUUID()}.txt`;
  await staging.put(key, 'sluice doctor');
  await staging.get(key);
  return 'an object can be written and read';
}

function contractChanged(table: string, columns: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'CONTRACT_CHANGED',
    kind: 'work',
    message: `${columns.join(', ')} ${columns.length === 1 ? 'is' : 'are'} not as recorded`,
    hint: `Look at \`sluice plan\`; to accept the change, delete contracts/${table}.json, plan, and provision again.`,
  });
}
