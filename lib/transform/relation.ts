const plainIdentifier = /^[A-Za-z_][A-Za-z0-9_$]*$/;

/** Which parts of a relation's name are quoted, so that they keep their case. */
export interface Quoting {
  readonly database: boolean;
  readonly schema: boolean;
  readonly identifier: boolean;
}

/** dbt-snowflake's own default: names fold to upper case, as they do in Snowflake's SQL. */
export const noQuoting: Quoting = { database: false, schema: false, identifier: false };

export type RelationType = 'table' | 'view' | 'cte' | 'external' | 'dynamic_table' | 'materialized_view';

/** A place in the warehouse: database, schema and name, as they are written in a project. */
export interface RelationName {
  readonly database: string | null;
  readonly schema: string | null;
  readonly identifier: string | null;
  readonly quoting: Quoting;
}

/** The name as Snowflake keeps it: folded to upper case unless it is quoted. */
export function folded(part: string, quoted: boolean): string {
  return quoted || !plainIdentifier.test(part) ? part : part.toUpperCase();
}

/** A part of a name as templates write it: as it is unless it must be quoted. */
export function renderPart(part: string, quoted: boolean): string {
  return quoted || !plainIdentifier.test(part) ? quote(part) : part;
}

/** `"a ""b"""`: an identifier that means exactly this text. */
export function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The relation as a project's own SQL writes it, `SLUICE.DEV.invoices`. */
export function renderRelation(relation: RelationName): string {
  return partsOf(relation)
    .map(({ text, quoted }) => renderPart(text, quoted))
    .join('.');
}

/** The relation as Sluice's own statements write it: folded and quoted, so that nothing in it can be misread. */
export function sqlName(relation: RelationName): string {
  return partsOf(relation)
    .map(({ text, quoted }) => quote(folded(text, quoted)))
    .join('.');
}

/** A text that is the same for two relations if and only if they are the same place. */
export function relationKey(relation: RelationName): string {
  return sqlName(relation);
}

function partsOf(relation: RelationName): { text: string; quoted: boolean }[] {
  const { database, schema, identifier, quoting } = relation;
  return [
    { text: database, quoted: quoting.database },
    { text: schema, quoted: quoting.schema },
    { text: identifier, quoted: quoting.identifier },
  ].flatMap(({ text, quoted }) => (text === null ? [] : [{ text, quoted }]));
}
