import { type Contract, readContract, SluiceError, type Table } from '../config/index.ts';
import { compareContract, readContract as readContractFromSource, type Source } from '../extract/index.ts';

/**
 * The contracts that differ from the recorded ones by what has changed in the source and stops nothing: columns added, types widened,
 * columns that may be null. A table with a change that a person has to look at stays as it is recorded, and stops when it is read.
 *
 * @param directory folder of the config
 * @returns the new contracts, which are not recorded yet: Snowflake has to be provisioned with them first
 */
export async function evolvedContracts(
  directory: string,
  tables: readonly Table[],
  source: Source,
): Promise<readonly Contract[]> {
  const evolved: Contract[] = [];
  for (const table of tables) {
    const recorded = readContract(directory, table.name);
    const live = recorded === undefined ? undefined : await readLive(source, table);
    if (recorded === undefined || live === undefined) continue;
    const { changes, contract } = compareContract(recorded, live);
    if (changes.length === 0 || changes.some(({ accepted }) => !accepted)) continue;
    evolved.push(contract);
  }
  return evolved;
}

/** Undefined for a table that cannot be read as it is configured: it stops by itself later, and the others go on. */
async function readLive(source: Source, table: Table): Promise<Contract | undefined> {
  try {
    return await readContractFromSource(source, table);
  } catch (error) {
    if (error instanceof SluiceError && error.kind === 'usage') return undefined;
    throw error;
  }
}
