import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Contract } from './contract.ts';
import { SluiceError } from './errors.ts';

const contractSchema = z.strictObject({
  version: z.literal(1),
  table: z.string().min(1),
  columns: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        target: z.string().min(1),
        sourceType: z.string().min(1),
        targetType: z.string().min(1),
        nullable: z.boolean(),
      }),
    )
    .min(1),
});

/** Where the contract of a table stands: beside the config, committed with it. */
export function contractFile(directory: string, table: string): string {
  return join(directory, 'contracts', `${table}.json`);
}

/**
 * The recorded contract of a table, or undefined if none was recorded yet.
 *
 * @throws SluiceError CONTRACT_INVALID when the file is there and cannot be understood
 */
export function readContract(directory: string, table: string): Contract | undefined {
  const file = contractFile(directory, table);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return contractSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SluiceError({
      code: 'CONTRACT_INVALID',
      kind: 'usage',
      message: `The contract ${file} cannot be understood: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Take it back from version control, or delete it: the next `sluice plan` records it from the source.',
      cause,
    });
  }
}

/** Records a contract; the file is replaced in one step, so a crash leaves the old one or the new one. */
export function writeContract(directory: string, contract: Contract): void {
  const file = contractFile(directory, contract.table);
  mkdirSync(join(directory, 'contracts'), { recursive: true });
  // Two runs may record it at once.
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(contract, null, 2)}\n`);
  renameSync(temporary, file);
}
