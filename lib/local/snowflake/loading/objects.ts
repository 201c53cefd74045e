import { compilationError } from '../../../sql/index.ts';
import { missingObject, objectExists } from '../errors.ts';
import { printQualified } from '../names.ts';
import type { CatalogObject, ExecutionContext, QualifiedName, StatementResult } from '../statement.ts';
import { done } from './answers.ts';
import type { TokenCursor } from './cursor.ts';

/** The words before an object's name in CREATE: how to treat one that is there. */
export interface CreateMode {
  readonly replace: boolean;
  readonly ifNotExists: boolean;
}

/** Reads `CREATE [OR REPLACE] [TEMPORARY] <kind words> [IF NOT EXISTS]` up to the name. */
export function readCreate(cursor: TokenCursor, ...kind: readonly string[]): CreateMode {
  cursor.expect('CREATE');
  const replace = cursor.accept('OR', 'REPLACE');
  let before = cursor.accept('IF', 'NOT', 'EXISTS');
  while (['TEMPORARY', 'TEMP', 'SECURE'].some((word) => cursor.accept(word))) {
    // Kept like any other: a session's own objects are not told apart.
  }
  cursor.expect(...kind);
  before = cursor.accept('IF', 'NOT', 'EXISTS') || before;
  if (replace && before) {
    throw compilationError('options OR REPLACE and IF NOT EXISTS cannot be used together.', '001003');
  }
  return { replace, ifNotExists: before };
}

/** An account-level name: one part. */
export function accountName(parts: readonly string[]): QualifiedName {
  return { database: '', schema: '', name: parts.at(-1) ?? '' };
}

/**
 * Writes a new object, unless CREATE says to leave an old one. Gives Snowflake's answer.
 *
 * @param label as Snowflake names the kind in its answer: `Stage area`, `Task`
 */
export async function createObject(
  context: ExecutionContext,
  kind: string,
  label: string,
  name: QualifiedName,
  mode: CreateMode,
  properties: () => Promise<CatalogObject['properties']>,
): Promise<StatementResult> {
  const existing = await context.objects.get(kind, name);
  if (existing !== undefined && mode.ifNotExists) {
    return done(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !mode.replace) throw objectExists(printQualified(name));
  await context.objects.put({
    kind,
    name,
    properties: await properties(),
    owner: context.session.role,
    createdOn: context.now(),
  });
  return done(`${label} ${name.name} successfully created.`);
}

/** The object of this name, or Snowflake's error. `label` as in `Stage 'X' does not exist`. */
export async function requireObject(
  context: ExecutionContext,
  kind: string,
  label: string,
  name: QualifiedName,
): Promise<CatalogObject> {
  const found = await context.objects.get(kind, name);
  if (found === undefined) throw missingObject(label, printQualified(name));
  return found;
}

/** Reads `[IF EXISTS] name` after the kind of a DROP or ALTER. */
export function readTarget(cursor: TokenCursor): { ifExists: boolean; parts: string[] } {
  const ifExists = cursor.accept('IF', 'EXISTS');
  return { ifExists, parts: cursor.nameParts() };
}

/** DROP of an object that is nothing but its properties. */
export async function dropObject(
  context: ExecutionContext,
  kind: string,
  label: string,
  name: QualifiedName,
  ifExists: boolean,
): Promise<StatementResult> {
  const dropped = await context.objects.drop(kind, name);
  if (dropped) return done(`${name.name} successfully dropped.`);
  if (!ifExists) throw missingObject(label, printQualified(name));
  return done('Drop statement executed successfully.');
}

/** The properties of a catalog object, as the kind's own handler wrote them. */
export function propertiesOf<T>(object: CatalogObject): T {
  return object.properties as T;
}
