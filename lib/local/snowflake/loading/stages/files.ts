import { compilationError } from '../../../../sql/index.ts';
import type { TokenCursor } from '../cursor.ts';
import { missingFile, type S3Files, type StagedFile } from './s3-files.ts';
import type { StageLocation } from './stage.ts';

export interface FileSelection {
  /** Names below the location; all of them must be there. */
  readonly files?: readonly string[] | undefined;
  /** A regular expression that the whole path below the stage has to match. */
  readonly pattern?: string | undefined;
}

/** As many as COPY takes by name. */
const MOST_FILES = 1000;
const HEADS_AT_ONCE = 32;

/** The files of a location, by key; folder markers are left out. */
export async function findFiles(
  s3: S3Files,
  location: StageLocation,
  selection: FileSelection,
): Promise<StagedFile[]> {
  const pattern = selection.pattern === undefined ? undefined : wholePattern(selection.pattern);
  const matches = (file: StagedFile) => pattern?.test(file.key.slice(location.stagePrefix.length)) ?? true;
  if (selection.files !== undefined) {
    return (await namedFiles(s3, location, selection.files)).filter(matches);
  }
  const files = await s3.list(location.bucket, location.prefix);
  return files.filter((file) => !file.key.endsWith('/')).filter(matches);
}

async function namedFiles(
  s3: S3Files,
  location: StageLocation,
  names: readonly string[],
): Promise<StagedFile[]> {
  if (names.length > MOST_FILES) {
    throw compilationError(`The number of files in FILES exceeds ${MOST_FILES}.`, '001045');
  }
  const keys = [...new Set(names)].map((name) => `${location.prefix}${name}`);
  const found: StagedFile[] = [];
  for (let from = 0; from < keys.length; from += HEADS_AT_ONCE) {
    const batch = keys.slice(from, from + HEADS_AT_ONCE).map(async (key) => {
      const file = await s3.head(location.bucket, key);
      if (file === undefined) throw missingFile(`s3://${location.bucket}/${key}`);
      return file;
    });
    found.push(...(await Promise.all(batch)));
  }
  return found;
}

/** Java's `matches`: the whole text. */
function wholePattern(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch (cause) {
    throw compilationError(
      `invalid regular expression '${pattern}': ${cause instanceof Error ? cause.message : ''}`,
      '100048',
    );
  }
}

/** Reads `@stage/path` or `'@stage/path'` and gives what stands after `@`. */
export function readLocation(cursor: TokenCursor): string {
  const token = cursor.next();
  if (token.kind === 'string') {
    if (token.value.startsWith('@')) return token.value.slice(1);
    throw compilationError(
      `a stage is written @name, found '${token.value}': loading from a URL is not supported here.`,
      '001003',
    );
  }
  if (token.value !== '@') throw cursor.unexpectedAt(token, 'a stage');
  // A path may hold what is not a token of SQL; it ends at a blank, a parenthesis, a comma or a semicolon.
  const match = /^(?:"(?:[^"]|"")*"|[^\s"(),;])*/.exec(cursor.text.slice(token.end));
  const text = match?.[0] ?? '';
  const end = token.end + text.length;
  while ((cursor.peek()?.start ?? Number.POSITIVE_INFINITY) < end) cursor.at += 1;
  return text;
}
