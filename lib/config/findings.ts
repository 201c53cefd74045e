import { SluiceError } from './errors.ts';

/** One thing that the doctor has looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly message: string;
  /** What to do about it, as a command or a statement; only where it is not ok. */
  readonly fix?: string;
  /** What would be better; only where it is ok. */
  readonly advice?: string;
}

/** What a check found: a message, and what would be better. */
export type Found = string | { readonly message: string; readonly advice: string };

export interface Check {
  readonly name: string;
  /** What to do when it fails; the hint of the error unless told. */
  readonly fix?: string | ((error: unknown) => string);
  /** Says what it found; throws what is wrong. */
  look(): Promise<Found>;
}

/**
 * Looks at one thing after the other, and goes on after one that is wrong.
 *
 * @param options.chained each needs those before it: after one that fails the rest is not looked at
 */
export async function runChecks(
  checks: Iterable<Check>,
  options: { readonly chained?: boolean } = {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const finding = await runCheck(check);
    findings.push(finding);
    if (options.chained && !finding.ok) break;
  }
  return findings;
}

async function runCheck({ name, fix, look }: Check): Promise<Finding> {
  try {
    const found = await look();
    return typeof found === 'string'
      ? { check: name, ok: true, message: found }
      : { check: name, ok: true, ...found };
  } catch (error) {
    const hint = error instanceof SluiceError ? error.hint : 'The message is all that is known.';
    const told = typeof fix === 'function' ? fix(error) : (fix ?? hint);
    return {
      check: name,
      ok: false,
      message: error instanceof Error ? error.message : String(error),
      fix: told,
    };
  }
}
