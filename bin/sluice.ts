#!/usr/bin/env node
import { exitWith, reportError } from './errors.ts';
import { createProgram } from './program.ts';

/** The command line: parses the arguments, runs one command, and ends with its exit code. */
async function main(): Promise<void> {
  const program = createProgram((exitCode) => {
    process.exitCode = exitCode;
  });
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    exitWith(reportError(error, { json: process.argv.includes('--json') }));
  }
}

await main();
