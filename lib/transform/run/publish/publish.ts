import type { Warehouse } from '../../../snowflake/index.ts';
import { type RelationName, sqlName } from '../../relation.ts';

/** What Snowflake replaces by its like only. */
export type PublishedKind = 'table' | 'view' | 'dynamic_table';

/** What has to happen to make one candidate the published relation. */
export type Publication = (TablePublication | ViewPublication | DynamicTablePublication) & {
  /** Run once readers see it: comments and grants that the statements above do not carry over. */
  readonly finish?: () => Promise<void>;
};

interface TablePublication {
  readonly kind: 'table';
  readonly node: string;
  readonly candidate: RelationName;
  readonly published: RelationName;
  /** A clone of a transient table has to be transient itself. */
  readonly transient: boolean;
  /** A clone is not clustered by itself until it is told to. */
  readonly recluster?: boolean;
}

interface ViewPublication {
  readonly kind: 'view';
  readonly node: string;
  readonly published: RelationName;
  /** `CREATE OR REPLACE VIEW … COPY GRANTS …` over published names. */
  readonly create: string;
}

/** A clone would go on reading the candidates, so a dynamic table is made or altered where it is published. */
interface DynamicTablePublication {
  readonly kind: 'dynamic_table';
  readonly node: string;
  readonly published: RelationName;
  readonly statements: readonly string[];
}

/**
 * The statements that publish one relation, in order. Each can be run again, and each leaves readers with the old or the
 * new relation: replacing is one transaction of Snowflake's. Only where one kind takes the place of another does the name
 * go missing for the moment between two statements, since Snowflake replaces like by like.
 *
 * @param there what the published name is now
 */
export function publishStatements(publication: Publication, there: PublishedKind | undefined): string[] {
  const name = sqlName(publication.published);
  const gone =
    there !== undefined && there !== publication.kind ? [`DROP ${sqlKind(there)} IF EXISTS ${name}`] : [];
  if (publication.kind === 'view') return [...gone, publication.create];
  if (publication.kind === 'dynamic_table') return [...gone, ...publication.statements];
  const transient = publication.transient ? 'TRANSIENT ' : '';
  return [
    ...gone,
    // COPY GRANTS of a clone takes the grants of the table that is replaced, not of the one that is cloned.
    `CREATE OR REPLACE ${transient}TABLE ${name} CLONE ${sqlName(publication.candidate)} COPY GRANTS`,
    ...(publication.recluster === true ? [`ALTER TABLE ${name} RESUME RECLUSTER`] : []),
  ];
}

function sqlKind(kind: PublishedKind): string {
  return kind.toUpperCase().replace('_', ' ');
}

/** Publishes relations one after the other, parents first, so that a view never sees less than it was written for. */
export async function publishAll(
  session: Warehouse,
  publications: readonly Publication[],
  kindOf: (relation: RelationName) => PublishedKind | undefined,
  onPublished: (relation: RelationName) => void,
): Promise<void> {
  for (const publication of publications) {
    for (const sql of publishStatements(publication, kindOf(publication.published))) {
      await session.execute(sql);
    }
    await publication.finish?.();
    onPublished(publication.published);
  }
}
