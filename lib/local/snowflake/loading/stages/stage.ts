import { compilationError, SqlError, unsupported } from '../../../../sql/index.ts';
import { missingObject } from '../../errors.ts';
import { printQualified } from '../../names.ts';
import type { ExecutionContext, QualifiedName } from '../../statement.ts';
import { splitName } from '../cursor.ts';
import type { FileFormat } from '../files/format.ts';
import type { StorageIntegration } from '../integrations/storage.ts';
import { propertiesOf } from '../objects.ts';

/** How a stage or a statement says what its files look like: by name, or with options of its own. */
export type FormatChoice =
  | { readonly kind: 'named'; readonly name: QualifiedName }
  | { readonly kind: 'own'; readonly format: FileFormat };

/** What the catalog keeps of a stage. */
export interface StageProperties {
  /** `s3://bucket/path/`, with a slash at its end. */
  readonly url: string;
  readonly integration: string | undefined;
  readonly format: FormatChoice | undefined;
  readonly directory: boolean;
  readonly comment: string;
}

/** A place in a stage. */
export interface StageLocation {
  readonly stage: QualifiedName;
  readonly properties: StageProperties;
  readonly bucket: string;
  /** Path of the stage's URL in its bucket, with a slash at its end, or ''. */
  readonly stagePrefix: string;
  /** `stagePrefix` and the path that was written after the stage's name. */
  readonly prefix: string;
}

/** `s3://bucket/path` in its two parts. */
export function splitUrl(url: string): { bucket: string; path: string } {
  const match = /^s3(?:gov|china)?:\/\/([^/]+)\/?(.*)$/is.exec(url);
  if (match === null) throw compilationError(`invalid URL prefix found in: '${url}'`, '002025');
  return { bucket: match[1] ?? '', path: match[2] ?? '' };
}

/**
 * The place that `@db.schema.stage/path` names; `text` is what stands after `@`.
 *
 * @throws SqlError when there is no such stage or its integration does not allow the place
 */
export async function findLocation(context: ExecutionContext, text: string): Promise<StageLocation> {
  const { name, path } = splitStage(text);
  if (name.startsWith('~') || name.startsWith('%')) throw unsupported('user and table stages');
  const stage = context.qualify(splitName(name));
  const object = await context.objects.get('STAGE', stage);
  if (object === undefined) throw missingObject('Stage', printQualified(stage));
  const properties = propertiesOf<StageProperties>(object);
  const { bucket, path: root } = splitUrl(properties.url);
  const location = { stage, properties, bucket, stagePrefix: root, prefix: `${root}${path}` };
  if (properties.integration !== undefined) {
    await checkAllowed(context, properties.integration, `s3://${bucket}/${location.prefix}`);
  }
  return location;
}

function splitStage(text: string): { name: string; path: string } {
  const match = /^((?:"(?:[^"]|"")*"|[^"/])*)(?:\/(.*))?$/s.exec(text);
  return { name: match?.[1] ?? text, path: match?.[2] ?? '' };
}

/** Raises unless the integration is there, enabled and allows the URL. */
export async function checkAllowed(
  context: ExecutionContext,
  integration: string,
  url: string,
): Promise<void> {
  const object = await context.objects.get('INTEGRATION', { database: '', schema: '', name: integration });
  if (object === undefined) throw missingObject('Integration', integration);
  const { enabled, allowed, blocked, category } = propertiesOf<StorageIntegration & { category: string }>(
    object,
  );
  if (category !== 'STORAGE')
    throw compilationError(`Integration '${integration}' is not a storage integration.`, '002003');
  if (!enabled) throw new SqlError('003185', '42501', `Integration ${integration} is not enabled.`);
  const within = (places: readonly string[]) =>
    places.some((place) => place === '*' || url.startsWith(place) || `${url}/` === place);
  if (!within(allowed) || within(blocked)) {
    throw new SqlError(
      '003167',
      '42601',
      `Location '${url}' is not allowed by integration ${integration}. Please use DESC INTEGRATION to check out allowed and blocked locations.`,
    );
  }
}
