import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Contract, contractFile, readContract, writeContract } from '../../lib/config/index.ts';

const contract: Contract = {
  version: 1,
  table: 'films',
  columns: [
    {
      name: 'Film id',
      target: 'Film id',
      sourceType: 'integer',
      targetType: 'NUMBER(10,0)',
      nullable: false,
    },
  ],
};

test('a contract is read back as it was recorded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-contract-'));
  expect(readContract(directory, 'films')).toBeUndefined();
  writeContract(directory, contract);
  expect(readContract(directory, 'films')).toEqual(contract);
});

test('a broken contract is an error that names the file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-contract-'));
  writeContract(directory, contract);
  writeFileSync(contractFile(directory, 'films'), '{"version": 2}');
  expect(() => readContract(directory, 'films')).toThrow(contractFile(directory, 'films'));
});
