import { setTimeout } from 'node:timers/promises';
import type { StatementContext } from '../context.ts';
import { canceled } from '../errors.ts';
import type { ConstantArgument } from '../statement.ts';

const UNITS: Readonly<Record<string, number>> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
};

/** SYSTEM$ functions of the core; undefined for one that is another's or nobody's. */
export async function coreSystemFunction(
  context: StatementContext,
  name: string,
  args: readonly ConstantArgument[],
): Promise<{ readonly value: string | null } | undefined> {
  if (name !== 'SYSTEM$WAIT') return undefined;
  const amount = args[0]?.value ?? '0';
  const unit = (args[1]?.value ?? 'SECONDS').toUpperCase();
  const milliseconds = Number(amount) * (UNITS[unit] ?? 1000);
  await setTimeout(milliseconds, undefined, { signal: context.signal }).catch(() => {
    throw canceled();
  });
  return { value: `waited ${amount} ${unit.toLowerCase()}` };
}
