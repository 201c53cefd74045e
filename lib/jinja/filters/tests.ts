import { modulo } from '../runtime/arithmetic.ts';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from '../runtime/compare.ts';
import type { Core, Operation } from '../runtime/core.ts';
import { canIterate, isIn } from '../runtime/iteration.ts';
import { isLower, isUpper } from '../runtime/methods/casing.ts';
import { isDict, isSet } from '../runtime/names.ts';
import { Callable, isCallableObject, JinjaObject } from '../runtime/objects.ts';
import { str } from '../runtime/text.ts';
import { Undefined } from '../runtime/undefined.ts';
import { Float, Markup, Range } from '../runtime/values.ts';
import { DictView } from '../runtime/views.ts';
import { defineOperations } from './define.ts';

type Comparison = (value: unknown, other: unknown) => boolean;

function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function isFloat(value: unknown): boolean {
  return value instanceof Float || (typeof value === 'number' && !Number.isSafeInteger(value));
}

function isSequence(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Range || value instanceof Markup)
    return true;
  if (value instanceof Undefined || isDict(value) || isSet(value)) return true;
  return value instanceof DictView ? false : value instanceof JinjaObject && value.length() !== undefined;
}

function isCallable(value: unknown): boolean {
  return (
    value instanceof Callable ||
    typeof value === 'function' ||
    isCallableObject(value) ||
    value instanceof Undefined
  );
}

function isSame(value: unknown, other: unknown): boolean {
  return value === other || (value instanceof Float && other instanceof Float && value.value === other.value);
}

function isRest(value: unknown, rest: number): boolean {
  return equal(modulo(value, 2), rest);
}

/** Jinja2's own tests. */
export function builtinTests(core: Core): [string, Operation][] {
  const one = ['value'];
  const two = ['value', 'other'];
  const not =
    (test: Comparison): Comparison =>
    (value, other) =>
      !test(value, other);
  const comparisons: Record<string, Comparison> = {
    '==': equal,
    eq: equal,
    equalto: equal,
    '!=': not(equal),
    ne: not(equal),
    '>': greater,
    gt: greater,
    greaterthan: greater,
    '>=': greaterOrEqual,
    ge: greaterOrEqual,
    '<': less,
    lt: less,
    lessthan: less,
    '<=': lessOrEqual,
    le: lessOrEqual,
    in: isIn,
    sameas: isSame,
    divisibleby: (value, other) => equal(modulo(value, other), 0),
  };
  const questions: Record<string, (value: unknown) => boolean> = {
    odd: (value) => isRest(value, 1),
    even: (value) => isRest(value, 0),
    defined: (value) => !(value instanceof Undefined),
    undefined: (value) => value instanceof Undefined,
    none: (value) => value === null,
    boolean: (value) => typeof value === 'boolean',
    true: (value) => value === true,
    false: (value) => value === false,
    integer: isInteger,
    float: isFloat,
    number: (value) => isInteger(value) || isFloat(value) || typeof value === 'boolean',
    string: (value) => typeof value === 'string' || value instanceof Markup,
    mapping: isDict,
    sequence: isSequence,
    iterable: canIterate,
    callable: isCallable,
    escaped: (value) => value instanceof Markup,
    lower: (value) => isLower(str(value)),
    upper: (value) => isUpper(str(value)),
    filter: (value) => typeof value === 'string' && core.filters.has(value),
    test: (value) => typeof value === 'string' && core.tests.has(value),
  };
  return defineOperations({
    ...Object.fromEntries(
      Object.entries(comparisons).map(([name, test]): [string, [string[], Comparison]] => [
        name,
        [two, test],
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(questions).map(([name, test]): [string, [string[], Comparison]] => [name, [one, test]]),
    ),
  });
}
