import { typeError } from '../errors.ts';
import { atOnce } from '../runtime/call.ts';
import type { Core, Operation } from '../runtime/core.ts';
import { iterate } from '../runtime/iteration.ts';
import type { Keywords } from '../runtime/objects.ts';
import { findOperation } from '../runtime/operations.ts';
import { isTrue } from '../runtime/truth.ts';
import { attributeReader } from './attributes.ts';

function* mapped(items: Iterable<unknown>, change: (item: unknown) => unknown): Generator<unknown> {
  for (const item of items) yield change(item);
}

function* filtered(items: Iterable<unknown>, keep: (item: unknown) => boolean): Generator<unknown> {
  for (const item of items) if (keep(item)) yield item;
}

function map(core: Core, args: readonly unknown[], keywords: Keywords | undefined): unknown {
  const [value, name, ...more] = args;
  if (!isTrue(value)) return mapped([], () => null);
  if (args.length === 1 && keywords?.has('attribute') === true) {
    for (const key of keywords.keys()) {
      if (key !== 'attribute' && key !== 'default') throw typeError(`Unexpected keyword argument '${key}'`);
    }
    const read = attributeReader(core, keywords.get('attribute'), keywords.get('default') ?? null);
    return mapped(iterate(value), read);
  }
  if (args.length === 1) throw typeError('map requires a filter argument');
  const filter = findOperation(core.filters, 'filter', name);
  return mapped(iterate(value), (item) => atOnce(filter([item, ...more], keywords)));
}

function select(
  core: Core,
  args: readonly unknown[],
  keywords: Keywords | undefined,
  options: { attribute: boolean; keep: boolean },
): unknown {
  const [value, ...rest] = args;
  if (!isTrue(value)) return filtered([], () => false);
  if (options.attribute && rest.length === 0) throw typeError('Missing parameter for attribute name');
  const read = attributeReader(core, options.attribute ? rest.shift() : null);
  const [name, ...more] = rest;
  if (rest.length === 0) return filtered(iterate(value), (item) => isTrue(read(item)) === options.keep);
  const test = findOperation(core.tests, 'test', name);
  return filtered(
    iterate(value),
    (item) => isTrue(atOnce(test([read(item), ...more], keywords))) === options.keep,
  );
}

/** Filters that apply another filter or a test to every item. */
export function selectFilters(core: Core): [string, Operation][] {
  const selecting =
    (attribute: boolean, keep: boolean): Operation =>
    (args, keywords) =>
      select(core, args, keywords, { attribute, keep });
  return [
    ['map', (args, keywords) => map(core, args, keywords)],
    ['select', selecting(false, true)],
    ['reject', selecting(false, false)],
    ['selectattr', selecting(true, true)],
    ['rejectattr', selecting(true, false)],
  ];
}
