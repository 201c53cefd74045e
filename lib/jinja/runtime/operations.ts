import { lookupError, TemplateError } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { Operation } from './core.ts';
import { str } from './text.ts';

/** The error of a filter or test that does not exist. */
export function unknownOperation(
  kind: 'filter' | 'test',
  name: string,
  known: Iterable<string>,
): TemplateError {
  return new TemplateError({
    code: kind === 'filter' ? 'UNKNOWN_FILTER' : 'UNKNOWN_TEST',
    message: `No ${kind} named '${name}'.`,
    hint: suggestion(name, known),
  });
}

/** The filter or test under a name that is only known when the template runs: `map('upper')`. */
export function findOperation(
  known: ReadonlyMap<string, Operation>,
  kind: 'filter' | 'test',
  name: unknown,
): Operation {
  const found = typeof name === 'string' ? known.get(name) : undefined;
  if (found !== undefined) return found;
  if (typeof name === 'string') throw unknownOperation(kind, name, known.keys());
  throw lookupError(`a ${kind} is given by its name, not by ${str(name)}`);
}
