import type { Connections, Project } from '../config/index.ts';
import type { Logger } from '../observe/index.ts';
import type { Load } from '../snowflake/index.ts';
import type { NodeEvent, NodeName } from '../transform/index.ts';
import type { RunStep } from './steps.ts';

/** What every step of a run works with. */
export interface RunContext {
  readonly project: Project;
  /** Folder of the config: contracts stand here. */
  readonly directory: string;
  readonly connections: Connections;
  /** Where artifacts of this machine go: compiled models, run results. */
  readonly artifactsDirectory: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  /** Takes what happens while it happens, for live progress. */
  readonly onEvent?: (event: RunEvent) => void;
}

/**
 * What the steps over the models work with. The connections are asked for when the first statement has to be sent: what is wrong with
 * the project shows before, and most of what only reads it sends none.
 */
export interface ModelsContext extends Omit<RunContext, 'connections'> {
  readonly connections: Connections | (() => Promise<Connections>);
}

export type RunEvent =
  | { readonly type: 'step'; readonly step: RunStep; readonly state: 'started' }
  | { readonly type: 'step'; readonly step: RunStep; readonly state: 'done'; readonly milliseconds: number }
  | { readonly type: 'planned'; readonly table: string; readonly windows: number }
  | {
      readonly type: 'extracted';
      readonly table: string;
      readonly window: string;
      /** So far, of this window. */
      readonly rows: number;
      readonly bytes: number;
      /** The manifest is written. */
      readonly done: boolean;
    }
  | {
      /** The files of a window are durable; its manifest comes next. */
      readonly type: 'uploaded';
      readonly table: string;
      readonly window: string;
      readonly files: number;
      readonly rows: number;
    }
  | { readonly type: 'loaded'; readonly loads: readonly Load[] }
  | { readonly type: 'chosen'; readonly nodes: readonly NodeName[] }
  | { readonly type: 'begun'; readonly node: NodeName }
  | { readonly type: 'node'; readonly node: NodeEvent }
  /** Readers see what was built of this relation. */
  | { readonly type: 'published'; readonly relation: string };
