import { type Handler, lambdaHandler, type Work } from '../../lambdas/support/handler.ts';
import type { Services } from '../../lambdas/support/services.ts';

/** A function on given services, called as Lambda calls it: JSON in, JSON out. */
export function functionOf<Event, Result>(
  work: Work<Event, Result>,
  services: Services,
  timeLimitMs = 900_000,
): (event: Event) => Promise<Result> {
  const handler: Handler<Event, Result> = lambdaHandler(work, { open: () => services });
  return async (event) => {
    const started = Date.now();
    const result = await handler(copied(event), {
      awsRequestId: 'request',
      functionName: 'function',
      getRemainingTimeInMillis: () => timeLimitMs - (Date.now() - started),
    });
    return copied(result);
  };
}

function copied<Value>(value: Value): Value {
  return value === undefined ? value : JSON.parse(JSON.stringify(value));
}
