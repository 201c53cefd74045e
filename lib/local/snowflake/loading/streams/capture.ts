import type { ExecutionContext, QualifiedName } from '../../statement.ts';

/** A statement that is about to write into a table. */
export interface Write {
  readonly kind: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'TRUNCATE';
  readonly table: QualifiedName;
}

/** Follows what is written into tables, for what depends on them. */
export interface WriteObserver {
  /** To be called before the rows are written; what it gives is called after. */
  before(context: ExecutionContext, write: Write): Promise<(() => Promise<void>) | undefined>;
}
