import { LTZ, TEXT } from '../../../sql/index.ts';
import { wireMoment } from '../catalog/history.ts';
import type { ConstantArgument, QualifiedName, StatementResult } from '../statement.ts';
import { listing } from '../statements/result.ts';

/** One refresh of a dynamic table by its schedule. */
export interface RefreshRun {
  readonly name: QualifiedName;
  readonly trigger: 'SCHEDULED';
  readonly state: 'SUCCEEDED' | 'FAILED';
  readonly message: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** How many refreshes are remembered. */
const KEPT = 1000;

/** The refreshes since the server started. */
export class RefreshHistory {
  readonly #runs: RefreshRun[] = [];

  add(run: RefreshRun): void {
    this.#runs.push(run);
    if (this.#runs.length > KEPT) this.#runs.shift();
  }

  /** TABLE(INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY(…)), newest first. */
  query(args: readonly ConstantArgument[]): StatementResult {
    const given = new Map(args.map(({ name, value }) => [(name ?? '').toUpperCase(), value]));
    const wanted = given.get('NAME')?.split('.').at(-1)?.toUpperCase();
    const errorsOnly = given.get('ERROR_ONLY')?.toUpperCase() === 'TRUE';
    const limit = Number(given.get('RESULT_LIMIT') ?? 100);
    const runs = this.#runs
      .toReversed()
      .filter((run) => wanted === undefined || run.name.name.toUpperCase() === wanted)
      .filter((run) => !errorsOnly || run.state === 'FAILED')
      .slice(0, limit);
    return listing(
      [
        ['NAME', TEXT, (run) => run.name.name],
        ['SCHEMA_NAME', TEXT, (run) => run.name.schema],
        ['DATABASE_NAME', TEXT, (run) => run.name.database],
        ['STATE', TEXT, (run) => run.state],
        ['STATE_MESSAGE', TEXT, (run) => run.message],
        ['REFRESH_START_TIME', LTZ, (run) => wireMoment(run.startedAt)],
        ['REFRESH_END_TIME', LTZ, (run) => wireMoment(run.endedAt)],
        ['REFRESH_ACTION', TEXT, () => 'FULL'],
        ['REFRESH_TRIGGER', TEXT, (run) => run.trigger],
      ],
      runs,
    );
  }
}
