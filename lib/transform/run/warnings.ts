import { SluiceError } from '../../config/index.ts';
import type { WarnErrorOptions } from '../flags.ts';

/** The warnings of a run: which are told, which are errors, which are kept quiet. */
export class Warnings {
  readonly #options: WarnErrorOptions;
  readonly #say: (message: string) => void;
  /** What was told. */
  readonly told: string[] = [];

  constructor(options: WarnErrorOptions | undefined, say: (message: string) => void) {
    this.#options = options ?? { error: [], warn: [], silence: [] };
    this.#say = say;
  }

  /** Whether a warning of this name counts as an error. */
  isError(name: string): boolean {
    const { error, warn, silence } = this.#options;
    if (silence.includes(name) || warn.includes(name)) return false;
    return error === 'all' || error.includes(name);
  }

  isSilenced(name: string): boolean {
    return this.#options.silence.includes(name);
  }

  /**
   * @param name of the warning, by dbt's names of events
   * @throws SluiceError WARNING_IS_ERROR when it was asked to be one
   */
  warn(name: string, message: string): void {
    if (this.isError(name)) {
      throw new SluiceError({
        code: 'WARNING_IS_ERROR',
        kind: 'usage',
        message,
        hint: `It is a warning (${name}) that --warn-error or --warn-error-options makes an error.`,
      });
    }
    if (this.isSilenced(name)) return;
    this.told.push(message);
    this.#say(`Warning: ${message}`);
  }
}
