import type { Location } from './positions.ts';

/** One step of the way to an error: the macro that was running, and where it was called from. */
export interface MacroFrame {
  /** The macro's name. */
  name: string;
  /** Where the call stands. */
  file: string;
  line: number;
  column: number;
}

export type TemplateErrorKind = 'work' | 'usage' | 'outside';

export interface TemplateErrorOptions {
  code: string;
  message: string;
  hint?: string;
  kind?: TemplateErrorKind;
  retryable?: boolean;
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/**
 * What goes wrong in a template. It has the shape of the project's own errors (code, kind, message, hint), and
 * says where: file, line, column (both from 1), the line itself with a caret, and the macros that were running.
 *
 * Codes: `TEMPLATE_SYNTAX`, `UNDEFINED`, `TYPE`, `VALUE`, `LOOKUP`, `ARITHMETIC`, `CALL`, `RECURSION`, `LIMIT`,
 * `ASYNC_IN_SYNC`, `RETURN_OUTSIDE_MACRO`, `UNKNOWN_FILTER`, `UNKNOWN_TEST`, `UNKNOWN_TAG`.
 * An error that a host function throws keeps its own code, kind and hint if it has them, and is the `cause`.
 */
export class TemplateError extends Error {
  readonly code: string;
  readonly kind: TemplateErrorKind;
  readonly hint: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  /** The message without place, excerpt and stack. */
  readonly reason: string;
  file: string | undefined;
  /** From 1; 0 while the place is not known. */
  line = 0;
  /** From 1; 0 while the place is not known. */
  column = 0;
  /** The line with a caret under the place, or empty. */
  excerpt = '';
  /** Innermost first. */
  readonly macroStack: MacroFrame[] = [];
  /** The macro that the error is leaving, until its caller adds where it was called from. */
  leaving: string | undefined;

  constructor(options: TemplateErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TemplateError';
    this.code = options.code;
    this.kind = options.kind ?? 'usage';
    this.hint = options.hint ?? '';
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
    this.reason = options.message;
  }

  /** Says where the error is, if that is not known yet. */
  locate(location: Location): this {
    if (this.file !== undefined) return this;
    this.file = location.file;
    this.line = location.line;
    this.column = location.column;
    this.excerpt = location.excerpt;
    this.describe();
    return this;
  }

  /** Adds the macro that the error passes through on its way out. */
  passThrough(frame: MacroFrame): this {
    if (this.macroStack.length < longestStack) this.macroStack.push(frame);
    this.describe();
    return this;
  }

  /** Rebuilds the message: reason, place, excerpt, chain of macros. */
  private describe(): void {
    const lines = [this.reason, `  at ${this.file}:${this.line}:${this.column}`];
    if (this.excerpt !== '') lines.push(this.excerpt);
    const stack = this.macroStack.map(
      (frame) => `  in macro ${frame.name}, called at ${frame.file}:${frame.line}:${frame.column}`,
    );
    // A macro that calls itself would repeat one line over and over.
    lines.push(...stack.filter((line, index) => line !== stack[index - 1]));
    this.message = lines.join('\n');
  }
}

/** A runaway recursion would otherwise fill the screen; what matters is where it began to go round. */
const longestStack = 20;

/** The error of a value of the wrong type, as Python's TypeError. */
export function typeError(message: string, hint = ''): TemplateError {
  return new TemplateError({ code: 'TYPE', message, hint });
}

/** The error of a value that does not fit, as Python's ValueError. */
export function valueError(message: string, hint = ''): TemplateError {
  return new TemplateError({ code: 'VALUE', message, hint });
}

/** The error of a key or an index that is not there, as Python's LookupError. */
export function lookupError(message: string, hint = ''): TemplateError {
  return new TemplateError({ code: 'LOOKUP', message, hint });
}

/** The error of a bound that keeps a template from running for ever or filling the memory. */
export function limitError(message: string): TemplateError {
  return new TemplateError({
    code: 'LIMIT',
    message,
    hint: 'Templates are bounded so that they always end; do this in SQL, or in smaller steps.',
  });
}
