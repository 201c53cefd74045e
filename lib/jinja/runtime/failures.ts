import { limitError, TemplateError, type TemplateErrorKind } from '../errors.ts';
import { locate } from '../positions.ts';
import { ReturnSignal } from './call.ts';

/** The template that code was generated from, for the places of errors. */
export interface Origin {
  source: string;
  file: string;
}

/**
 * An error on its way out of a function: at the first it gets its place, at every further one the macro it came
 * out of and where that was called. `return()` passes through, unless there is no macro it could end.
 */
export function fail(error: unknown, at: number, name: string | undefined, origin: Origin): unknown {
  if (error instanceof ReturnSignal && name !== undefined) return error;
  const failure = error instanceof ReturnSignal ? returnOutside() : toTemplateError(error);
  if (failure.leaving !== undefined) {
    const { file, line, column } = locate(origin.source, at, origin.file);
    failure.passThrough({ name: failure.leaving, file, line, column });
  } else if (failure.file === undefined) failure.locate(locate(origin.source, at, origin.file));
  failure.leaving = name;
  return failure;
}

function returnOutside(): TemplateError {
  return new TemplateError({
    code: 'RETURN_OUTSIDE_MACRO',
    message: 'return() stands outside of a macro',
    hint: 'Print the value with {{ … }} instead.',
  });
}

/** Any error as a TemplateError; what the host threw keeps its code, kind and hint. */
export function toTemplateError(error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return new TemplateError({
      code: 'RECURSION',
      message: 'The template calls itself too deeply',
      hint: 'Does a macro call itself without an end?',
    });
  }
  if (error instanceof RangeError && /invalid (?:string|array) length/i.test(error.message)) {
    return limitError('The text or list grows too long.');
  }
  const text = error instanceof Error ? error.message : String(error);
  const code = fieldOf(error, 'code');
  const hint = fieldOf(error, 'hint');
  const details = fieldOf(error, 'details');
  return new TemplateError({
    code: typeof code === 'string' ? code : 'CALL',
    message: text,
    hint: typeof hint === 'string' ? hint : '',
    kind: kindOf(fieldOf(error, 'kind')),
    retryable: fieldOf(error, 'retryable') === true,
    details: typeof details === 'object' && details !== null ? { ...details } : {},
    cause: error,
  });
}

function fieldOf(error: unknown, name: string): unknown {
  return error instanceof Error && name in error ? Reflect.get(error, name) : undefined;
}

function kindOf(value: unknown): TemplateErrorKind {
  return value === 'work' || value === 'outside' ? value : 'usage';
}
