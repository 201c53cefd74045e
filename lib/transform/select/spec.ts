import { SluiceError } from '../../config/index.ts';
import { type Criterion, parseCriterion } from './criteria.ts';

/**
 * Which tests come along with the nodes that are selected, by dbt's names: `eager` with any node they read, `cautious` only
 * with all of them, `buildable` also if the others are above what is selected, `empty` none.
 */
export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

export const indirectSelections: readonly IndirectSelection[] = ['eager', 'cautious', 'buildable', 'empty'];

/** What is to be selected, as a tree: criteria at its leaves, operations on sets above them. */
export type SelectionSpec =
  | {
      readonly kind: 'criterion';
      readonly criterion: Criterion;
      readonly indirect: IndirectSelection;
    }
  | {
      readonly kind: 'union' | 'intersection' | 'difference';
      /** Of a difference: what is selected, and then what is taken away from it. */
      readonly parts: readonly SelectionSpec[];
      readonly indirect: IndirectSelection;
    };

/**
 * The tree of `--select` and `--exclude`: parts and words of a part are a union, what commas join an intersection.
 *
 * @returns undefined when everything is selected
 * @throws SluiceError SELECTION_INVALID
 */
export function specOf(
  select: readonly string[],
  exclude: readonly string[],
  indirect: IndirectSelection,
): SelectionSpec | undefined {
  if (select.length === 0 && exclude.length === 0) return undefined;
  const included = select.length === 0 ? everything(indirect) : unionOf(select, indirect);
  if (exclude.length === 0) return included;
  // The difference itself never takes tests along again: they would undo what is excluded.
  return { kind: 'difference', parts: [included, unionOf(exclude, indirect)], indirect: 'eager' };
}

/** A criterion from its text. @throws SluiceError SELECTION_INVALID */
export function criterionSpec(text: string, indirect: IndirectSelection): SelectionSpec {
  const criterion = parseCriterion(text);
  if (typeof criterion === 'string')
    throw selectionInvalid(`${criterion}.`, 'See the selection syntax in the README.');
  return { kind: 'criterion', criterion, indirect };
}

export function selectionInvalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: 'SELECTION_INVALID', kind: 'usage', message, hint });
}

function unionOf(texts: readonly string[], indirect: IndirectSelection): SelectionSpec {
  const groups = texts.flatMap((text) => text.split(/\s+/)).filter((group) => group !== '');
  return {
    kind: 'union',
    indirect,
    parts: groups.map((group) => ({
      kind: 'intersection',
      indirect,
      parts: group
        .split(',')
        .filter((text) => text !== '')
        .map((text) => criterionSpec(text, indirect)),
    })),
  };
}

function everything(indirect: IndirectSelection): SelectionSpec {
  const all = ['fqn:*', 'source:*', 'exposure:*', 'metric:*', 'semantic_model:*', 'saved_query:*'];
  return { kind: 'union', indirect, parts: all.map((text) => criterionSpec(text, indirect)) };
}
