import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type UnpackLimits, unpack } from '../../../lib/transform/packages/unpack.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { type ArchiveEntry, archiveOf } from '../support/hub.ts';

const limits: UnpackLimits = { bytes: 1_000_000, files: 20 };

async function unpacked(archive: Buffer, into = join(temporaryFolder(), 'p')) {
  const leftOut = await unpack(Readable.from([archive]), [createGunzip()], into, {
    from: 'it',
    strip: 1,
    limits,
  });
  return { into, leftOut };
}

test('unpacks files and folders, without the uppermost folder', async () => {
  const { into, leftOut } = await unpacked(
    archiveOf([
      { path: 'top/', type: 'Directory' },
      { path: 'top/macros/a.sql', text: 'a' },
      { path: `top/${'long/'.repeat(30)}b.sql`, text: 'b' },
    ]),
  );
  expect(readFileSync(join(into, 'macros/a.sql'), 'utf8')).toBe('a');
  expect(readFileSync(join(into, 'long/'.repeat(30), 'b.sql'), 'utf8')).toBe('b');
  expect(leftOut).toEqual([]);
});

test.each<[string, ArchiveEntry]>([
  ['a path that goes up', { path: 'top/../../evil', text: 'x' }],
  ['an absolute path', { path: '/tmp/evil', text: 'x' }],
  ['a path of Windows', { path: 'top\\..\\..\\evil', text: 'x' }],
  ['a drive of Windows', { path: 'C:/evil', text: 'x' }],
])('refuses %s', async (_kind, entry) => {
  const folder = temporaryFolder();
  const archive = archiveOf([{ path: 'top/a', text: 'a' }, entry]);
  await expect(unpacked(archive, join(folder, 'in/p'))).rejects.toMatchObject({
    code: 'PACKAGE_REFUSED',
    message: `it was not unpacked: the path ${JSON.stringify(entry.path)} leads out of the package.`,
  });
  expect(readdirSync(folder)).toEqual(['in']);
  expect(readdirSync(join(folder, 'in'))).toEqual(['p']);
});

test('leaves out links and devices, so that nothing is written through one', async () => {
  const outside = temporaryFolder();
  const { into, leftOut } = await unpacked(
    archiveOf([
      { path: 'top/way', type: 'SymbolicLink', linkpath: outside },
      { path: 'top/way/file', text: 'x' },
      { path: 'top/hard', type: 'Link', linkpath: '/etc/passwd' },
      { path: 'top/pipe', type: 'FIFO' },
      { path: 'top/device', type: 'CharacterDevice' },
    ]),
  );
  expect(leftOut).toEqual(['way', 'hard', 'pipe', 'device']);
  expect(readdirSync(outside)).toEqual([]);
  expect(lstatSync(join(into, 'way')).isDirectory()).toBe(true);
  expect(readdirSync(into)).toEqual(['way']);
});

test('stops at too many bytes and too many files', async () => {
  const large = archiveOf([{ path: 'top/a', text: 'a'.repeat(limits.bytes) }]);
  expect(large.length).toBeLessThan(10_000);
  await expect(unpacked(large)).rejects.toThrow('more than 1000000 bytes');
  const many = archiveOf(Array.from({ length: 21 }, (_, index) => ({ path: `top/${index}` })));
  await expect(unpacked(many)).rejects.toThrow('more than 20 files');
});

test('refuses what is no archive', async () => {
  await expect(unpacked(Buffer.from('<html>not found</html>'))).rejects.toMatchObject({
    code: 'PACKAGE_REFUSED',
  });
  await expect(unpacked(gzipSync('<html>'.repeat(200)))).rejects.toMatchObject({ code: 'PACKAGE_REFUSED' });
});

test('writes inside the folder or not at all, whatever the paths', async () => {
  const part = fc.oneof(
    fc.constantFrom('..', '.', '', 'a', 'b', '...', '..a', 'C:', ' ', '\\', '..\\..'),
    fc.string({ maxLength: 5 }).map((text) => text.replaceAll('\0', '')),
  );
  const entry = fc.record({
    path: fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/')),
    text: fc.constantFrom('', 'x'),
    type: fc.constantFrom<NonNullable<ArchiveEntry['type']>>('File', 'Directory', 'SymbolicLink', 'Link'),
    linkpath: fc.constantFrom('..', '/', '../..', 'a'),
  });
  const folder = temporaryFolder();
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
      const cage = join(folder, String(count++), 'cage');
      await unpacked(archiveOf(entries.filter(({ path }) => path.length < 90)), cage).catch(() => undefined);
      expect(readdirSync(join(cage, '..'))).toEqual(['cage']);
      const made = readdirSync(cage, { recursive: true, withFileTypes: true });
      expect(made.filter((item) => item.isSymbolicLink())).toEqual([]);
    }),
    { numRuns: 150 },
  );
  expect(readdirSync(folder).length).toBe(count);
});
