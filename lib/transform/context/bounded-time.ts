import { createContext, Script } from 'node:vm';

const place: { work: () => unknown } = { work: () => undefined };
const context = createContext(place);
const call = new Script('work()');

/**
 * Does work that cannot be trusted to end, such as a regular expression of a project: JavaScript looks for matches without a
 * limit, and nothing else runs meanwhile.
 *
 * @throws `timeout()` after so many milliseconds
 */
export function withinTime<Result>(milliseconds: number, work: () => Result, timeout: () => Error): Result {
  let result: { readonly value: Result } | undefined;
  place.work = () => {
    result = { value: work() };
  };
  try {
    call.runInContext(context, { timeout: milliseconds });
  } catch (error) {
    throw isTimeout(error) ? timeout() : error;
  } finally {
    place.work = () => undefined;
  }
  if (result === undefined) throw timeout();
  return result.value;
}

/** The error is one of the script's own realm, and so no `Error` of this one. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
