import { mkdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { packageRefused } from './errors.ts';

/** How much one package may come to. The largest public ones have some 100 MB in 5,000 files. */
export interface UnpackLimits {
  readonly bytes: number;
  readonly files: number;
}

export const unpackLimits: UnpackLimits = { bytes: 1024 * 1024 * 1024, files: 100_000 };

/** Why an archive is not unpacked. */
class Unsafe extends Error {}

/**
 * Unpacks a tar stream, without its `strip` uppermost folders, into a new folder. Files and folders only: links and devices are
 * left out, whatever they lead to.
 *
 * @param from names the archive in messages
 * @returns paths that were left out
 * @throws SluiceError PACKAGE_REFUSED for a path outside the folder, for too much, and for what is no archive
 */
export async function unpack(
  source: Readable,
  transforms: readonly NodeJS.ReadWriteStream[],
  directory: string,
  options: { readonly from: string; readonly strip: number; readonly limits?: UnpackLimits },
): Promise<string[]> {
  const { from, strip, limits = unpackLimits } = options;
  const leftOut: string[] = [];
  let files = 0;
  mkdirSync(directory, { recursive: true });
  const unpacker = extract({
    cwd: directory,
    strip,
    strict: true,
    // Owners, times and bits such as setuid are the archive's own business.
    preserveOwner: false,
    noMtime: true,
    fmode: 0o644,
    dmode: 0o755,
    filter: (path, entry) => {
      if (unsafe !== undefined) return false;
      const type = 'type' in entry ? entry.type : undefined;
      if (isOutside(path)) unsafe = new Unsafe(`the path ${JSON.stringify(path)} leads out of the package`);
      else if (++files > limits.files) unsafe = new Unsafe(`more than ${limits.files} files`);
      if (unsafe !== undefined) return false;
      if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile' || type === 'Directory')
        return true;
      leftOut.push(path.split('/').slice(strip).join('/'));
      return false;
    },
  });
  let unsafe: Unsafe | undefined;
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limits.bytes) unsafe ??= new Unsafe(`more than ${limits.bytes} bytes`);
      done(unsafe ?? null, chunk);
    },
  });
  try {
    await pipeline([source, ...transforms, counted, unpacker]);
    if (unsafe !== undefined) throw unsafe;
  } catch (error) {
    const said = unsafe?.message ?? (error instanceof Error ? error.message : String(error));
    throw packageRefused(
      `${from} was not unpacked: ${said}.`,
      'Nothing of it was kept. If it comes from where it should, tell its authors.',
    );
  }
  return leftOut;
}

function isOutside(path: string): boolean {
  return (
    path.startsWith('/') ||
    path.includes('\\') ||
    path.includes('\0') ||
    /^[A-Za-z]:/.test(path) ||
    path.split('/').includes('..')
  );
}
