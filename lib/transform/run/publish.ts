import type { Warehouse } from '../../snowflake/index.ts';
import { type RelationName, sqlName } from '../relation.ts';

/** What has to happen to make one candidate the published relation. */
export type Publication = TablePublication | ViewPublication;

interface TablePublication {
  readonly kind: 'table';
  readonly node: string;
  readonly candidate: RelationName;
  readonly published: RelationName;
  /** A clone of a transient table has to be transient itself. */
  readonly transient: boolean;
}

interface ViewPublication {
  readonly kind: 'view';
  readonly node: string;
  readonly published: RelationName;
  /** `CREATE OR REPLACE VIEW … COPY GRANTS …` over published names. */
  readonly create: string;
}

/**
 * The statements that publish one relation, in order. Each can be run again, and each leaves readers with the old or the
 * new relation: replacing is one transaction of Snowflake's. Only where a table takes the place of a view, or the other way
 * round, does the name go missing for the moment between two statements, since Snowflake replaces like by like.
 *
 * @param there what the published name is now
 */
export function publishStatements(publication: Publication, there: 'table' | 'view' | undefined): string[] {
  const name = sqlName(publication.published);
  const gone =
    there !== undefined && there !== publication.kind
      ? [`DROP ${there === 'table' ? 'TABLE' : 'VIEW'} IF EXISTS ${name}`]
      : [];
  if (publication.kind === 'view') return [...gone, publication.create];
  const transient = publication.transient ? 'TRANSIENT ' : '';
  // COPY GRANTS of a clone takes the grants of the table that is replaced, not of the one that is cloned.
  return [
    ...gone,
    `CREATE OR REPLACE ${transient}TABLE ${name} CLONE ${sqlName(publication.candidate)} COPY GRANTS`,
  ];
}

/** Publishes relations one after the other, parents first, so that a view never sees less than it was written for. */
export async function publishAll(
  session: Warehouse,
  publications: readonly Publication[],
  kindOf: (relation: RelationName) => 'table' | 'view' | undefined,
  onPublished: (relation: RelationName) => void,
): Promise<void> {
  for (const publication of publications) {
    for (const sql of publishStatements(publication, kindOf(publication.published))) {
      await session.execute(sql);
    }
    onPublished(publication.published);
  }
}
