import type { Core } from '../runtime/core.ts';
import { Undefined } from '../runtime/undefined.ts';

/** `'a.b.0'` as the keys to follow one after the other. */
function steps(attribute: unknown): unknown[] {
  if (attribute === null || attribute === undefined) return [];
  if (typeof attribute !== 'string') return [attribute];
  return attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** A function that reads an attribute path of a value; the value itself without one. */
export function attributeReader(
  core: Core,
  attribute: unknown,
  other: unknown = null,
): (item: unknown) => unknown {
  const path = steps(attribute);
  return (item) => {
    let value = item;
    for (const step of path) {
      value = core.access.item(value, step);
      if (other !== null && value instanceof Undefined) value = other;
    }
    return value;
  };
}

/** A function that reads several attribute paths, given with commas between them. */
export function attributesReader(core: Core, attribute: unknown): (item: unknown) => unknown[] {
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const readers = paths.map((path) => attributeReader(core, path));
  return (item) => readers.map((read) => read(item));
}

/** Texts compare without their case, unless asked. */
export function ignoreCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
