import type { Extension, StatementHandler } from '../statement.ts';
import { createHistory } from './copy/history.ts';
import { runCopy } from './copy/run.ts';
import { parseCopy } from './copy/statement.ts';
import { splitName } from './cursor.ts';
import { fileFormatHandlers } from './files/statements.ts';
import { integrationHandlers } from './integrations/statements.ts';
import { requireObject } from './objects.ts';
import { queryStage } from './stages/query.ts';
import { stageHandlers } from './stages/statements.ts';
import { LoadingState } from './state.ts';
import { consume, followTable, hasData, StreamCapture, streamSource } from './streams/log.ts';
import { streamHandlers } from './streams/statements.ts';

/** Stages, pipes, streams, tasks and scripting, as a part of the server. */
export function loadingExtension(): Extension {
  const state = new LoadingState();
  const writes = new StreamCapture();
  const copy: StatementHandler = {
    heads: ['COPY INTO'],
    run: async (context, statement) =>
      (await runCopy(context, await parseCopy(context, statement), { state, writes })).result,
  };
  return {
    handlers: [
      copy,
      ...fileFormatHandlers,
      ...integrationHandlers,
      ...stageHandlers(state),
      ...streamHandlers,
    ],
    source: async (context, name) => {
      const stream = await context.objects.get('STREAM', name);
      return stream === undefined ? undefined : streamSource(context, stream);
    },
    consumed: async (context, names) => {
      for (const name of names) {
        const stream = await context.objects.get('STREAM', name);
        if (stream !== undefined) await consume(context, stream);
      }
    },
    stage: (context, location, options) => queryStage(state, context, location, options),
    systemFunction: async (context, name, args) => {
      if (name !== 'SYSTEM$STREAM_HAS_DATA') return undefined;
      const parts = splitName(args[0]?.value ?? '');
      const stream = await requireObject(context, 'STREAM', 'Stream', context.qualify(parts));
      return { value: (await hasData(context, stream)) ? 'true' : 'false' };
    },
    writing: (context, write) => writes.before(context, write),
    tableChanged: followTable,
    started: async (services) => {
      state.start(services);
      const { context, close } = await services.openSession();
      try {
        await createHistory(context.duck);
      } finally {
        await close();
      }
    },
    stopping: () => state.stop(),
  };
}
