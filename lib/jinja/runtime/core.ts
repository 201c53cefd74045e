import type { Access, MissingPolicy } from './access.ts';
import type { Keywords } from './objects.ts';

/** A filter or a test, called with its value first. */
export type Operation = (args: readonly unknown[], keywords: Keywords | undefined) => unknown;

/** What the runtime needs of an environment. */
export interface Core {
  readonly missing: MissingPolicy;
  readonly access: Access;
  readonly filters: ReadonlyMap<string, Operation>;
  readonly tests: ReadonlyMap<string, Operation>;
  readonly globals: ReadonlyMap<string, unknown>;
  readonly maxDepth: number;
}
