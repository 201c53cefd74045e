import { compilationError } from '../../../../sql/index.ts';
import type { ConstantArgument, ExecutionContext, Source } from '../../statement.ts';
import { copyError } from '../copy/errors.ts';
import { CSV_DEFAULTS } from '../files/format.ts';
import { readFormatChoice, resolveFormat } from '../files/format-choice.ts';
import { copyLocally } from '../files/local-copy.ts';
import { stageSource } from '../files/relation.ts';
import type { LoadingState } from '../state.ts';
import { findFiles } from './files.ts';
import { findLocation } from './stage.ts';

/** `FROM @stage/path (FILE_FORMAT => 'name', PATTERN => '…')`: the rows of its files, read now. */
export async function queryStage(
  state: LoadingState,
  context: ExecutionContext,
  text: string,
  options: readonly ConstantArgument[],
): Promise<Source> {
  const copying = state.copying.get(context.session);
  if (copying !== undefined) return copying;
  const location = await findLocation(context, text);
  let choice = location.properties.format;
  let pattern: string | undefined;
  for (const { name, value } of options) {
    if (name === 'FILE_FORMAT' && value !== null)
      choice = await readFormatChoice(context, { kind: 'string', text: value });
    else if (name === 'PATTERN' && value !== null) pattern = value;
    else throw compilationError(`invalid option '${name ?? value}' of a stage in FROM.`, '001420');
  }
  const format = choice === undefined ? CSV_DEFAULTS : await resolveFormat(context, choice);
  const folder = await state.folder();
  const files = await findFiles(state.s3, location, { pattern });
  const copy = await copyLocally({
    s3: state.s3,
    files,
    format,
    folder: folder.path,
    keepGoing: false,
    signal: context.signal,
  });
  folder.removeLater();
  const broken = copy.scanned.findIndex((file) => file.faults.length > 0);
  const fault = copy.scanned[broken]?.faults[0];
  const file = copy.files[broken];
  if (fault !== undefined && file !== undefined) throw copyError(fault, file.key, undefined);
  return stageSource(copy, format, context.now());
}
