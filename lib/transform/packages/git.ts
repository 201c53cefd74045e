import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesInvalid, packageUnreachable } from './errors.ts';
import { type GitSpec, labelOf, withoutSecrets } from './spec.ts';
import { unpack } from './unpack.ts';

export interface GitOptions {
  readonly signal?: AbortSignal;
  /** Relative addresses of repositories are meant from here. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Bound on one command of git, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Checkout {
  readonly commit: string;
  /** Paths that were left out, as links are. */
  readonly leftOut: readonly string[];
}

/**
 * Brings the files of one revision of a repository into a new folder, with the git that is installed. What comes is an archive
 * of the commit, unpacked as any other: no hook and no filter of the repository runs, and no link is made.
 *
 * @param scratch a folder for the repository itself, removed by the caller
 * @throws SluiceError PACKAGE_UNREACHABLE, PACKAGES_INVALID for a revision or subdirectory that is not there, PACKAGE_REFUSED
 */
export async function checkOut(
  spec: GitSpec,
  scratch: string,
  into: string,
  options: GitOptions,
): Promise<Checkout> {
  mkdirSync(scratch, { recursive: true });
  const git = async (...args: string[]): Promise<string> => await runGit(args, scratch, spec, options);
  await git('init', '--quiet', '--bare');
  // As dbt takes them: all files, also those that the repository keeps out of its archives.
  mkdirSync(join(scratch, 'info'), { recursive: true });
  writeFileSync(join(scratch, 'info', 'attributes'), '* -export-ignore -export-subst\n');
  const commit = await fetchRevision(git, spec);
  const tree = spec.subdirectory === undefined ? commit : `${commit}:${spec.subdirectory}`;
  if (spec.subdirectory !== undefined) {
    const kind = await git('cat-file', '-t', tree).catch(() => 'nothing');
    if (kind.trim() !== 'tree') {
      throw packagesInvalid(
        `${placeOf(spec)} has no folder ${spec.subdirectory} at ${spec.revision ?? 'HEAD'}.`,
        'Correct `subdirectory:`, or name another revision.',
      );
    }
  }
  const leftOut = await archive(tree, scratch, into, spec, options);
  return { commit, leftOut };
}

function placeOf({ subdirectory: _inside, ...repository }: GitSpec): string {
  return labelOf(repository);
}

type Git = (...args: string[]) => Promise<string>;

const isCommit = /^[0-9a-f]{40}$/;

/** Fetches as little as the server allows: one commit; everything only when it does not give that one alone. */
async function fetchRevision(git: Git, spec: GitSpec): Promise<string> {
  const { revision } = spec;
  // A tag goes before a branch of the same name, as with dbt.
  const names =
    revision === undefined || revision === 'HEAD'
      ? ['HEAD']
      : isCommit.test(revision)
        ? [revision]
        : [`refs/tags/${revision}`, `refs/heads/${revision}`];
  let first: unknown;
  for (const name of names) {
    try {
      await git('fetch', '--quiet', '--depth', '1', '--no-tags', '--', spec.url, name);
      return (await git('rev-parse', '--verify', 'FETCH_HEAD^{commit}')).trim();
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      first ??= error;
    }
  }
  try {
    await git('fetch', '--quiet', '--tags', '--', spec.url, '+refs/heads/*:refs/heads/*');
  } catch (error) {
    throw unreachable(spec, error);
  }
  try {
    return (await git('rev-parse', '--verify', `${revision ?? 'HEAD'}^{commit}`)).trim();
  } catch {
    throw packagesInvalid(
      `${labelOf(spec)} has no branch, tag or commit ${revision ?? 'HEAD'}.`,
      'Correct `revision:` in the file that names the package.',
      first,
    );
  }
}

class GitFailure extends Error {}

function unreachable(spec: GitSpec, error: unknown): Error {
  if (!(error instanceof GitFailure)) return error instanceof Error ? error : new Error(String(error));
  return packageUnreachable(
    `git could not read ${labelOf(spec)}: ${error.message}.`,
    'Check the address, and that this machine may read it without being asked for a password: `git ls-remote` with the same address has to work.',
    true,
    error,
  );
}

function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=30',
    ...env,
    LC_ALL: 'C',
    // Nobody is there to answer; and `ext::` addresses, which run commands, are none.
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  };
}

function startGit(
  args: readonly string[],
  scratch: string,
  { directory, env, timeoutMs, signal }: GitOptions,
) {
  const timeout = AbortSignal.timeout(timeoutMs);
  const settings = ['-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
  return spawn('git', [...settings, ...args], {
    cwd: directory,
    env: { ...environmentOf(env), GIT_DIR: scratch },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    killSignal: 'SIGKILL',
  });
}

/** Ends with the end of a git that was started. */
async function ended(child: ReturnType<typeof startGit>, spec: GitSpec, options: GitOptions): Promise<void> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = `${said}${chunk}`.slice(-4000);
  });
  await new Promise<void>((settle, fail) => {
    child.on('error', (error) => {
      if (options.signal?.aborted === true) return fail(options.signal.reason);
      if ('code' in error && error.code === 'ENOENT') {
        return fail(
          packagesInvalid(
            `${labelOf(spec)} is in a git repository, and there is no git on this machine.`,
            'Install git, or name an archive of the package under `tarball:`.',
            error,
          ),
        );
      }
      if (error.name === 'AbortError') {
        return fail(
          packageUnreachable(
            `git took longer than ${options.timeoutMs / 1000} s over ${labelOf(spec)}.`,
            'Check the network and the address; the same command goes on.',
            true,
          ),
        );
      }
      return fail(error);
    });
    child.on('close', (code) => {
      if (code === 0) settle();
      else fail(new GitFailure(lastLine(withoutSecrets(said, options.env))));
    });
  });
}

/** What git says last and for people: its `fatal:` line, or the last one. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((candidate) => candidate.startsWith('fatal:')) ?? lines.at(-1) ?? 'it says nothing';
  return line.replace(/^(fatal|error): /, '').replace(/\.$/, '');
}

async function runGit(
  args: readonly string[],
  scratch: string,
  spec: GitSpec,
  options: GitOptions,
): Promise<string> {
  const child = startGit(args, scratch, options);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  await ended(child, spec, options);
  return output;
}

async function archive(
  tree: string,
  scratch: string,
  into: string,
  spec: GitSpec,
  options: GitOptions,
): Promise<string[]> {
  const child = startGit(['archive', '--format=tar', tree], scratch, options);
  const end = ended(child, spec, options);
  // Whichever fails first is what went wrong; the other one only follows from it.
  const [leftOut] = await Promise.all([
    unpack(child.stdout, [], into, { from: labelOf(spec), strip: 0 }),
    end,
  ]);
  return leftOut;
}
