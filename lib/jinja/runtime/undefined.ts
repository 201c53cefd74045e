import { TemplateError } from '../errors.ts';
import type { Missing } from '../types.ts';

/** What an undefined value lets happen to itself; see `UndefinedPolicy`. */
export type Leniency = 'default' | 'strict' | 'chainable' | 'lenient';

/** What stands for a name, attribute or item that is not there. */
export class Undefined {
  readonly missing: Missing;
  readonly leniency: Leniency;

  constructor(missing: Missing, leniency: Leniency) {
    this.missing = missing;
    this.leniency = leniency;
  }

  /** The error of using it for more than printing and asking. */
  error(): TemplateError {
    return new TemplateError({
      code: 'UNDEFINED',
      message: this.missing.message,
      hint: this.missing.hint?.() ?? '',
    });
  }

  /** Throws if even printing it, looping over it or asking for its truth is too much. */
  allowAsking(): void {
    if (this.leniency === 'strict') throw this.error();
  }
}
