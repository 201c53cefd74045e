import type { ConstantArgument, ExecutionContext, Extension, StatementHandler } from '../statement.ts';
import { createHistory } from './copy/history.ts';
import { copyHistory, loadHistory } from './copy/history-query.ts';
import { runCopy } from './copy/run.ts';
import { parseCopy } from './copy/statement.ts';
import { splitName } from './cursor.ts';
import { fileFormatHandlers } from './files/statements.ts';
import { integrationHandlers } from './integrations/statements.ts';
import { requireObject } from './objects.ts';
import { PipeIngest } from './pipes/ingest.ts';
import { parsePipeCopy } from './pipes/pipe.ts';
import { pipeHandlers } from './pipes/statements.ts';
import { scriptingHandlers } from './scripting/index.ts';
import { queryStage } from './stages/query.ts';
import { stageHandlers } from './stages/statements.ts';
import { LoadingState } from './state.ts';
import { consume, followTable, hasData, StreamCapture, streamSource } from './streams/log.ts';
import { streamHandlers } from './streams/statements.ts';
import { createTaskHistory, taskHistory } from './tasks/history.ts';
import { TaskRunner } from './tasks/runner.ts';
import { enableDependents, taskHandlers } from './tasks/statements.ts';

/** Stages, pipes, streams, tasks and scripting, as a part of the server. */
export function loadingExtension(): Extension {
  const state = new LoadingState();
  const writes = new StreamCapture();
  const ingest = new PipeIngest(state);
  const runner = new TaskRunner();
  return {
    handlers: [
      copyHandler(state, writes, ingest),
      ...fileFormatHandlers,
      ...integrationHandlers,
      ...stageHandlers(state),
      ...streamHandlers,
      ...pipeHandlers(ingest),
      ...taskHandlers(runner),
      ...scriptingHandlers,
    ],
    source: async (context, name) => {
      if (name.schema === 'INFORMATION_SCHEMA') {
        return name.name === 'LOAD_HISTORY' ? loadHistory(name.database) : undefined;
      }
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
    tableFunction: async (context, name, args) => {
      if (name === 'TASK_HISTORY') return taskHistory(context.duck, runner.going, args);
      return name === 'COPY_HISTORY' ? copyHistory(context, args) : undefined;
    },
    systemFunction: (context, name, args) => systemFunction(ingest, runner, context, name, args),
    writing: (context, write) => writes.before(context, write),
    committed: () => {
      if (writes.takeEnded()) runner.changed(true);
      else runner.committed();
    },
    tableChanged: followTable,
    started: async (services) => {
      state.start(services);
      const { context, close } = await services.openSession();
      try {
        await createHistory(context.duck);
        await createTaskHistory(context.duck);
      } finally {
        await close();
      }
      await ingest.start(services);
      await runner.start(services);
    },
    notify: (queueArn, event) => ingest.notify(queueArn, event),
    stopping: async () => {
      await ingest.stop();
      await runner.stop();
      await state.stop();
    },
  };
}

/** COPY INTO, of a client or of a pipe. */
function copyHandler(state: LoadingState, writes: StreamCapture, ingest: PipeIngest): StatementHandler {
  return {
    heads: ['COPY INTO'],
    run: async (context, statement) => {
      const ingesting = state.ingesting.get(context.session);
      if (ingesting === undefined) {
        return (await runCopy(context, await parseCopy(context, statement), { state, writes })).result;
      }
      const { pipe, files } = ingesting;
      const copy = await parsePipeCopy(context, statement.text);
      const { result, loads } = await runCopy(context, copy, { state, writes, files, loader: pipe });
      ingest.skipped(pipe, loads);
      return result;
    },
  };
}

async function systemFunction(
  ingest: PipeIngest,
  runner: TaskRunner,
  context: ExecutionContext,
  name: string,
  args: readonly ConstantArgument[],
): Promise<{ readonly value: string | null } | undefined> {
  const target = () => context.qualify(splitName(args[0]?.value ?? ''));
  switch (name) {
    case 'SYSTEM$STREAM_HAS_DATA': {
      const stream = await requireObject(context, 'STREAM', 'Stream', target());
      return { value: (await hasData(context, stream)) ? 'true' : 'false' };
    }
    case 'SYSTEM$PIPE_STATUS':
      return { value: ingest.status(await requireObject(context, 'PIPE', 'Pipe', target())) };
    case 'SYSTEM$TASK_DEPENDENTS_ENABLE': {
      await enableDependents(context, await requireObject(context, 'TASK', 'Task', target()));
      runner.changed();
      return { value: null };
    }
    default:
      return undefined;
  }
}
