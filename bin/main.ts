import { exitWith, reportError } from './errors.ts';
import { createProgram } from './program.ts';

/** The command line: parses the arguments, runs one command, and ends with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram((exitCode) => {
    process.exitCode = exitCode;
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    exitWith(reportError(error, { json: argv.includes('--json') }));
  }
}
