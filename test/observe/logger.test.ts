import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from '../../lib/observe/index.ts';

function recorder(options: LoggerOptions = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    ...options,
    write: (line) => lines.push(line),
    now: () => new Date('2026-01-02T03:04:05Z'),
  });
  return { logger, lines };
}

test('a line is one JSON object with time, level, message and fields', () => {
  const { logger, lines } = recorder();
  logger.child({ runId: 'r1' }).info('window extracted', { table: 'sales', rows: 3, big: 2n ** 60n });
  expect(lines).toEqual([
    '{"time":"2026-01-02T03:04:05.000Z","level":"info","message":"window extracted","runId":"r1","table":"sales","rows":3,"big":"1152921504606846976"}\n',
  ]);
});

test('levels below the least are left out', () => {
  const { logger, lines } = recorder({ level: 'warn' });
  logger.info('no');
  logger.warn('yes');
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(['yes']);
});

test('an error is written with its code', () => {
  const { logger, lines } = recorder();
  logger.error('failed', { error: Object.assign(new Error('no route'), { code: 'EHOST' }) });
  expect(JSON.parse(lines[0] ?? '').error).toEqual({ name: 'Error', message: 'no route', code: 'EHOST' });
});

test('a secret never appears, whatever it is made of and wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string(), (secret, around) => {
      const { logger, lines } = recorder({ secrets: [secret] });
      logger.info(`a${secret}b`, {
        url: `postgres://u:${secret}@h/${around}`,
        nested: { error: new Error(secret) },
      });
      const line = lines.join('');
      expect(line.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
    }),
  );
});
