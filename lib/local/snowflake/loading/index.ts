import type { Extension } from '../statement.ts';

/** Stages, pipes, streams, tasks and scripting, as a part of the server. */
export function loadingExtension(): Extension {
  return { handlers: [] };
}
