import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SluiceError } from '../../config/index.ts';

const run = promisify(execFile);
const timeoutMilliseconds = 60_000;

/** The files of a folder that differ from a base, from that folder. */
export interface ChangedFiles {
  /** The commit that is compared with: where this branch left the base. */
  readonly base: string;
  /** Added or changed, and still there. */
  readonly changed: readonly string[];
  readonly deleted: readonly string[];
}

/**
 * What changed in a folder since it left `base`, files that are not committed yet included.
 *
 * @param base a commit, branch or tag
 * @throws SluiceError BASE_UNKNOWN when git does not know it, or the folder is in no repository
 */
export async function changedFiles(directory: string, base: string): Promise<ChangedFiles> {
  const commit = (await git(directory, ['merge-base', '--end-of-options', base, 'HEAD'])).trim();
  const changes = ['diff', '--relative', '--no-renames', '--name-only', '-z'];
  const [deleted, others, untracked] = await Promise.all([
    git(directory, [...changes, '--diff-filter=D', commit, '--', '.']),
    git(directory, [...changes, '--diff-filter=d', commit, '--', '.']),
    git(directory, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.']),
  ]);
  return { base: commit, changed: [...names(others), ...names(untracked)], deleted: names(deleted) };
}

/** Writes a folder as it was at a commit into a new folder; empty if the commit does not have it. Removed by `remove`. */
export async function folderAt(
  directory: string,
  commit: string,
): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-base-'));
  const target = join(folder, 'models');
  await mkdir(target);
  const prefix = (await git(directory, ['rev-parse', '--show-prefix'])).trim();
  const known = await git(directory, ['ls-tree', '-d', '--full-tree', commit, prefix.replace(/\/$/, '')]);
  if (prefix === '' || known !== '') {
    const archive = join(folder, 'base.tar');
    // In a folder, git would look for the folder in what is archived.
    const top = (await git(directory, ['rev-parse', '--show-toplevel'])).trim();
    await git(top, ['archive', '--format=tar', `--output=${archive}`, `${commit}:${prefix}`]);
    await run('tar', ['-xf', archive, '-C', target], { timeout: timeoutMilliseconds });
  }
  return { directory: target, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function git(directory: string, args: readonly string[]): Promise<string> {
  try {
    const options = { cwd: directory, timeout: timeoutMilliseconds, maxBuffer: 64 * 2 ** 20 };
    return (await run('git', [...args], options)).stdout;
  } catch (cause) {
    throw new SluiceError({
      code: 'BASE_UNKNOWN',
      kind: 'usage',
      message: `git ${args[0]} failed in ${directory}: ${reasonOf(cause)}`,
      hint: 'Name a commit with --base, and check out the whole history (fetch-depth: 0).',
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'stderr' in cause && typeof cause.stderr === 'string' && cause.stderr !== '')
    return cause.stderr.trim();
  return cause instanceof Error ? cause.message : String(cause);
}

function names(listed: string): string[] {
  return listed.split('\0').filter((name) => name !== '');
}
