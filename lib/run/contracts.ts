import { type Contract, readContract, SluiceError, type Table, writeContract } from '../config/index.ts';
import { readContract as readContractFromSource, type Source } from '../extract/index.ts';

/**
 * The recorded contracts of tables. A table that has none yet gets one from the source, which is then recorded.
 *
 * @param directory folder of the config
 */
export async function ensureContracts(
  directory: string,
  tables: readonly Table[],
  source: Source,
): Promise<ReadonlyMap<string, Contract>> {
  const contracts = new Map<string, Contract>();
  for (const table of tables) {
    const recorded = readContract(directory, table.name);
    if (recorded) {
      contracts.set(table.name, recorded);
      continue;
    }
    const live = await readContractFromSource(source, table);
    writeContract(directory, live);
    contracts.set(table.name, live);
  }
  return contracts;
}

/**
 * The recorded contracts of all tables, without asking the source.
 *
 * @throws SluiceError CONTRACT_MISSING naming the tables that have none
 */
export function recordedContracts(
  directory: string,
  tables: readonly Table[],
): ReadonlyMap<string, Contract> {
  const contracts = new Map<string, Contract>();
  const missing: string[] = [];
  for (const table of tables) {
    const contract = readContract(directory, table.name);
    if (contract) contracts.set(table.name, contract);
    else missing.push(table.name);
  }
  if (missing.length > 0) {
    throw new SluiceError({
      code: 'CONTRACT_MISSING',
      kind: 'usage',
      message: `No contract is recorded for ${missing.join(', ')}.`,
      hint: 'Run `sluice plan`: it reads the columns from the source and records them in contracts/.',
      details: { tables: missing },
    });
  }
  return contracts;
}

/** The tables of a run: all of the project, or those named. */
export function selectTables(
  tables: readonly Table[],
  names: readonly string[] | undefined,
): readonly Table[] {
  if (names === undefined) return tables;
  const unknown = names.filter((name) => !tables.some((table) => table.name === name));
  if (unknown.length > 0) {
    throw new SluiceError({
      code: 'TABLE_UNKNOWN',
      kind: 'usage',
      message: `The config has no table ${unknown.join(', ')}.`,
      hint: `It has ${tables.map(({ name }) => name).join(', ')}.`,
    });
  }
  return tables.filter(({ name }) => names.includes(name));
}
