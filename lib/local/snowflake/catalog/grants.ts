import type { StatementContext } from '../context.ts';
import { printQualified } from '../names.ts';
import type { QualifiedName } from '../statement.ts';

/** Takes the grants on a table or view away: they go with it, and with the one that is replaced unless COPY GRANTS is said. */
export async function dropGrants(
  context: StatementContext,
  kind: 'TABLE' | 'VIEW',
  name: QualifiedName,
): Promise<void> {
  const on = printQualified(name);
  for (const { name: grant, properties } of context.objects.all('GRANT')) {
    if (properties.onKind === kind && properties.on === on) await context.objects.drop('GRANT', grant);
  }
}

/** Takes along the grants on a table that gets another name. */
export async function moveGrants(
  context: StatementContext,
  from: QualifiedName,
  to: QualifiedName,
): Promise<void> {
  for (const grant of context.objects.all('GRANT')) {
    const { properties } = grant;
    if (properties.onKind !== 'TABLE' || properties.on !== printQualified(from)) continue;
    await context.objects.put({ ...grant, properties: { ...properties, on: printQualified(to) } });
  }
}

/** Takes the grants on everything in a schema away, and on the schema itself. */
export async function dropGrantsIn(
  context: StatementContext,
  database: string,
  schema: string,
): Promise<void> {
  const on = printQualified({ database, schema: '', name: schema });
  for (const { name, properties } of context.objects.all('GRANT')) {
    if (properties.on === on || String(properties.on).startsWith(`${on}.`)) {
      await context.objects.drop('GRANT', name);
    }
  }
}
