import { limitError } from '../errors.ts';
import { Slice, setMember } from './access.ts';
import {
  add,
  divide,
  floorDivide,
  modulo,
  multiply,
  negate,
  positive,
  power,
  subtract,
} from './arithmetic.ts';
import { atOnce, invoke, keywords, ReturnSignal, returnFunction } from './call.ts';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from './compare.ts';
import type { Core, Operation } from './core.ts';
import { fail, type Origin } from './failures.ts';
import { isIn, iterate, unpack } from './iteration.ts';
import { bounded, mostItems } from './limits.ts';
import { enter, LocalMacro, type MacroBody, type MacroDetails } from './local-macro.ts';
import { Loop, type Recurse } from './loop.ts';
import type { Keywords } from './objects.ts';
import { unknownOperation } from './operations.ts';
import { str } from './text.ts';
import { isTrue } from './truth.ts';
import { Dict, float, tuple } from './values.ts';

/** What generated code calls, under the names it uses (`compile/program.ts` lists them). */
export function createHelpers(
  core: Core,
  origin: Origin,
  isAsync: boolean,
): Readonly<Record<string, unknown>> {
  const { access } = core;
  const call = caller(isAsync);
  return {
    add,
    subtract,
    multiply,
    divide,
    floorDivide,
    modulo,
    power,
    negate,
    positive,
    equal,
    less,
    lessOrEqual,
    greater,
    greaterOrEqual,
    isIn,
    isTrue,
    str,
    bounded,
    concat: bounded,
    float,
    tuple,
    dict: (...pairs: unknown[]) => dictOf(pairs),
    slice: (start: unknown, stop: unknown, step: unknown) => new Slice(start, stop, step),
    attribute: (object: unknown, name: string) => access.attribute(object, name),
    item: (object: unknown, key: unknown) => access.item(object, key),
    setMember,
    iterate,
    unpack,
    spread: iterate,
    keywords,
    call,
    callMethod: (
      object: unknown,
      name: string,
      args: unknown[],
      named: Keywords | undefined,
      depth: number,
    ) => {
      const method = access.method(object, name);
      if (method === undefined) return call(access.attribute(object, name), args, named, depth);
      return method.call([object, ...args], named) ?? null;
    },
    returnFunction,
    mostRounds: (items: readonly unknown[]) => items.length + mostItems,
    grew: () => {
      throw limitError('A list grew without end while a loop ran over it.');
    },
    enter: (depth: number, name: string) => enter(depth, name, core.maxDepth),
    macro: (details: MacroDetails, body: MacroBody) => new LocalMacro(details, body, core.maxDepth),
    Loop: class extends Loop {
      constructor(items: readonly unknown[], level: number, recurse: Recurse | undefined, depth: number) {
        super(items, level, recurse, depth, core.missing);
      }
    },
    filter: (name: string) => operation(core.filters, 'filter', name, isAsync),
    test: (name: string) => testOperation(core, name, isAsync),
    unbound: (value: unknown, name: string) =>
      value === null ? null : core.missing({ name, message: `'${name}' is undefined` }),
    notProvided: (name: string) => core.missing({ name, message: `parameter '${name}' was not provided` }),
    noElse: () =>
      core.missing({
        name: 'if',
        message: 'the inline if-expression evaluated to false and no else section was defined.',
      }),
    fail: (error: unknown, at: number, name: string | undefined) => fail(error, at, name, origin),
    leave: (error: unknown, at: number, name: string) => {
      if (error instanceof ReturnSignal) return error.value;
      throw fail(error, at, name, origin);
    },
  };
}

function caller(isAsync: boolean) {
  return (callee: unknown, args: readonly unknown[], named: Keywords | undefined, depth: number): unknown => {
    const result = invoke(callee, args, named, depth, isAsync);
    return isAsync ? result : atOnce(result);
  };
}

function dictOf(pairs: readonly unknown[]): Dict {
  const result = new Dict();
  for (let i = 0; i < pairs.length; i += 2) result.set(pairs[i], pairs[i + 1]);
  return result;
}

/** A filter under its name; one that does not exist fails when it is reached. */
function operation(
  known: ReadonlyMap<string, Operation>,
  kind: 'filter' | 'test',
  name: string,
  isAsync: boolean,
): Operation {
  const found = known.get(name);
  if (found === undefined) {
    return () => {
      throw unknownOperation(kind, name, known.keys());
    };
  }
  return isAsync ? found : (args, named) => atOnce(found(args, named));
}

function testOperation(core: Core, name: string, isAsync: boolean): Operation {
  const test = operation(core.tests, 'test', name, isAsync);
  return (args, named) => {
    const result = test(args, named);
    return result instanceof Promise ? result : isTrue(result);
  };
}
