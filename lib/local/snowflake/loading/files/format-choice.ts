import { compilationError } from '../../../../sql/index.ts';
import { missingObject } from '../../errors.ts';
import { printQualified } from '../../names.ts';
import type { ExecutionContext } from '../../statement.ts';
import { splitName } from '../cursor.ts';
import { propertiesOf } from '../objects.ts';
import type { Options, OptionValue } from '../options.ts';
import type { FormatChoice } from '../stages/stage.ts';
import { CSV_DEFAULTS, type FileFormat, fileFormat } from './format.ts';

/** `FILE_FORMAT = (TYPE = … | FORMAT_NAME = …)`, `FILE_FORMAT = name` or `'name'`. */
export async function readFormatChoice(
  context: ExecutionContext,
  value: OptionValue,
  base?: FormatChoice,
): Promise<FormatChoice> {
  if (value.kind !== 'options') {
    if ('text' in value) return named(context, value.text);
    if (value.items.length === 0) return base ?? { kind: 'own', format: CSV_DEFAULTS };
    throw compilationError("invalid value for option 'FILE_FORMAT'.", '001007');
  }
  const name = value.options.get('FORMAT_NAME');
  if (name === undefined) {
    const before = base === undefined ? undefined : await resolveFormat(context, base);
    return { kind: 'own', format: fileFormat(value.options, before) };
  }
  if (!('text' in name)) throw compilationError("invalid value for option 'FORMAT_NAME'.", '001007');
  const rest = new Map([...value.options].filter(([option]) => option !== 'FORMAT_NAME'));
  const choice = await named(context, name.text);
  if (rest.size === 0) return choice;
  return { kind: 'own', format: fileFormat(rest as Options, await resolveFormat(context, choice)) };
}

async function named(context: ExecutionContext, text: string): Promise<FormatChoice> {
  const choice: FormatChoice = { kind: 'named', name: context.qualify(splitName(text)) };
  await resolveFormat(context, choice);
  return choice;
}

/** The format itself; a named one as it is now. */
export async function resolveFormat(context: ExecutionContext, choice: FormatChoice): Promise<FileFormat> {
  if (choice.kind === 'own') return choice.format;
  const object = await context.objects.get('FILE_FORMAT', choice.name);
  if (object === undefined) throw missingObject('File format', printQualified(choice.name));
  return propertiesOf<{ format: FileFormat }>(object).format;
}
