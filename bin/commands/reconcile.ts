import { SluiceError } from '../../lib/config/index.ts';
import { type ReconciledWindow, reconcile, reconcileDeletes } from '../../lib/run/index.ts';
import type { CommandContext } from '../context.ts';
import type { WindowOptions } from '../options.ts';
import { openRun } from '../run-context.ts';
import { reconcileLines, vanishedLines } from '../terminal/reconcile.ts';
import { windowChoice } from '../window-choice.ts';

interface ReconcileOptions extends WindowOptions {
  readonly checksum: boolean;
  readonly columns: boolean;
  readonly deletes: boolean;
  readonly apply: boolean;
  readonly most?: number;
}

/**
 * `sluice reconcile`: rows at every place, per window, and on request what they hold. Exit code 1 when a difference has no
 * explanation. `--deletes` compares the keys instead.
 */
export async function run(context: CommandContext, options: ReconcileOptions): Promise<0 | 1> {
  checkOptions(options);
  return options.deletes ? await deletes(context, options) : await compare(context, options);
}

async function compare(context: CommandContext, options: ReconcileOptions): Promise<0 | 1> {
  const { output } = context;
  const { checksum, columns } = options;
  const windows = await reconcile(await openRun(context), { ...windowChoice(options), checksum, columns });
  for (const line of reconcileLines(windows, checksum)) output.line(line);
  const count = (status: ReconciledWindow['status']): number =>
    windows.filter((window) => window.status === status).length;
  const different = count('different');
  output.result({
    windows,
    equal: count('equal') === windows.length,
    explained: different === 0,
  });
  return different === 0 ? 0 : 1;
}

async function deletes(context: CommandContext, { table, apply, most }: ReconcileOptions): Promise<0 | 1> {
  const { output } = context;
  const tables = await reconcileDeletes(await openRun(context), {
    apply,
    ...(table === undefined ? {} : { tables: table }),
    ...(most === undefined ? {} : { most }),
  });
  for (const line of vanishedLines(tables)) output.line(line);
  output.result({ tables });
  return 0;
}

function checkOptions({ checksum, columns, deletes: keys, apply, most, from, to }: ReconcileOptions): void {
  const misused =
    keys && (checksum || from !== undefined || to !== undefined)
      ? '--deletes compares the keys of whole tables: it goes with --table, --apply and --most only.'
      : !keys && (apply || most !== undefined)
        ? '--apply and --most go with --deletes.'
        : columns && !checksum
          ? '--columns goes with --checksum.'
          : undefined;
  if (misused === undefined) return;
  throw new SluiceError({
    code: 'OPTIONS_CONFLICT',
    kind: 'usage',
    message: misused,
    hint: 'See sluice reconcile --help.',
  });
}
