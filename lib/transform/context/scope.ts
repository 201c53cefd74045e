import type { RunFlags } from '../flags.ts';
import type { MacroRegistry } from './macros.ts';
import type { Variables } from './variables.ts';

/** Where a run builds to, by dbt's names. */
export interface Target {
  readonly name: string;
  readonly database: string;
  readonly schema: string;
  readonly warehouse: string;
  readonly role: string;
  readonly threads: number;
  readonly profile: string;
}

/** What all templates of a run have in common. */
export interface Scope {
  readonly rootPackage: string;
  readonly registry: MacroRegistry;
  readonly variables: Variables;
  readonly target: Target;
  readonly env: NodeJS.ProcessEnv;
  readonly invocationId: string;
  readonly startedAt: Date;
  readonly fullRefresh: boolean;
  /** The command: `build`, `test`, `compile`, … */
  readonly command: string;
  /** What `log(…, info=true)`, `print` and `exceptions.warn` say. */
  say(message: string): void;
  /**
   * What `exceptions.warn` says; `say`, and marked as a warning, unless the run does more with it.
   *
   * @param name of the warning, by dbt's names of events; that of `exceptions.warn` unless it is given
   */
  warn?(message: string, name?: string): void;
  /** What the user chose for this run, for `flags` of the templates. */
  readonly flags?: RunFlags;
  /** Unique ids of what the run does, once that is known. */
  selected?(): readonly string[];
  /** `graph` of the templates, empty while the project is parsed. */
  graph(): unknown;
}

/** Says a warning of the project, under dbt's name of it. */
export function warnAs(scope: Scope, name: string, message: string): void {
  if (scope.warn === undefined) scope.say(`Warning: ${message}`);
  else scope.warn(message, name);
}
