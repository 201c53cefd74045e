import { defineMethods, type Methods } from './define.ts';

/** The methods of an int that templates have a use for. */
export const intMethods: Methods = defineMethods({
  bit_length: [
    ['self'],
    (value: number | bigint) => {
      const size = BigInt(value);
      return size === 0n ? 0 : (size < 0n ? -size : size).toString(2).length;
    },
  ],
  conjugate: [['self'], (value: unknown) => value],
});

/** The methods of a float. */
export const floatMethods: Methods = defineMethods({
  is_integer: [['self'], (value: unknown) => Number.isInteger(Number(value))],
  conjugate: [['self'], (value: unknown) => value],
});
