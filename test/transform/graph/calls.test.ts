import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCall } from '../../../lib/transform/graph/calls.ts';

const name = fc.stringMatching(/^[\w .$-]+$/);
const quotes = fc.constantFrom("'", '"');
const gap = fc.constantFrom('', ' ', '  ');
const version = fc.oneof(fc.integer({ min: 0, max: 99 }), name);

describe('a written call', () => {
  test('is read however it is spaced and quoted', () => {
    fc.assert(
      fc.property(
        fc.option(name),
        name,
        fc.option(version),
        fc.constantFrom('v', 'version'),
        quotes,
        gap,
        fc.boolean(),
        (packageName, model, chosen, keyword, quote, space, braces) => {
          const text = (value: string): string => `${quote}${value}${quote}`;
          const parts = [
            ...(packageName === null ? [] : [text(packageName)]),
            text(model),
            ...(chosen === null ? [] : [`${keyword}=${typeof chosen === 'number' ? chosen : text(chosen)}`]),
          ];
          const call = `${space}ref(${space}${parts.join(`${space},${space}`)}${space})${space}`;
          expect(readCall(braces ? `{{${call}}}` : call)).toEqual({
            kind: 'ref',
            call: { packageName, name: model, version: chosen },
          });
        },
      ),
    );
  });

  test('of a source and of a metric has names only', () => {
    expect(readCall('source(\'raw\', "orders")')).toEqual({ kind: 'source', call: ['raw', 'orders'] });
    expect(readCall("metric('revenue')")).toEqual({ kind: 'metric', name: 'revenue' });
    expect(readCall("source('raw', 'orders', v=1)")).toBeUndefined();
    expect(readCall("source('raw')")).toBeUndefined();
  });

  test('is nothing else', () => {
    for (const other of [
      'orders',
      'ref(orders)',
      "ref('a' 'b')",
      "ref('a', 'b', 'c')",
      'ref()',
      "f('a')",
      "ref('a') or ref('b')",
    ])
      expect(readCall(other), other).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readCall(text);
        expect(read === undefined || /^\s*(\{\{-?\s*)?(ref|source|metric)\s*\(/.test(text)).toBe(true);
      }),
    );
  });
});
