import { exitCodeOf, SluiceError } from '../lib/config/index.ts';

/** An interrupted command: Ctrl-C or SIGTERM. Ends with 130, as shells expect. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Says what failed and what to do: as text on stderr, or as `{ "error": … }` on stdout with `--json`.
 *
 * @returns the exit code
 */
export function reportError(error: unknown, options: { json: boolean }): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`\n${error.message}\n`);
    return 130;
  }
  const known = error instanceof SluiceError;
  const message = error instanceof Error ? error.message : String(error);
  if (options.json) {
    const described = known
      ? { code: error.code, message, hint: error.hint, retryable: error.retryable, details: error.details }
      : { code: 'UNEXPECTED', message };
    process.stdout.write(`${JSON.stringify({ error: described })}\n`);
    return exitCodeOf(error);
  }
  if (known) {
    process.stderr.write(`\nError ${error.code}: ${message}\n  ${error.hint}\n`);
  } else {
    process.stderr.write(
      `\nUnexpected error: ${error instanceof Error ? (error.stack ?? message) : message}\n`,
    );
  }
  return exitCodeOf(error);
}

/** Ends once stdout and stderr are written; open handles of drivers do not keep the process. */
export function exitWith(exitCode: number): void {
  process.exitCode = exitCode;
}
