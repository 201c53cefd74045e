import { inspect } from 'node:util';
import { SluiceError } from '../../lib/config/index.ts';
import type { RunOutcome } from '../../lib/run/index.ts';

/** What came of a run. */
export interface Ended {
  /** `done`, `problems` (what it says a person has to look at), or the code of its error; undefined for what is no error of ours. */
  readonly code: string | undefined;
  /** Everything that it said, with all that an error carries. */
  readonly text: string;
}

export async function outcomeOf(running: Promise<RunOutcome>): Promise<Ended> {
  try {
    const { problems } = await running;
    return problems.length === 0
      ? { code: 'done', text: '' }
      : { code: 'problems', text: problems.join('\n') };
  } catch (error) {
    const text = `${inspect(error, { depth: 10 })}\n${JSON.stringify(error)}`;
    return { code: error instanceof SluiceError ? error.code : undefined, text };
  }
}
