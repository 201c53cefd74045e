import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { SluiceError } from '../../config/index.ts';

/**
 * Who runs Postgres. It refuses to run as root, so as root it is given to an account without rights that every system
 * has; no account is made. As anybody else it runs as that person.
 */
export interface Account {
  /** Undefined: we are not root, and nothing changes hands. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Options for `spawn`. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
  /** The command line that runs `command` with `args` as that account. */
  readonly commandLine: (command: string, args: readonly string[]) => readonly [string, readonly string[]];
}

const ACCOUNTS = ['postgres', 'nobody'];

/**
 * Chooses the account. `paths` are the files and folders that it must be able to reach; a data folder that is there
 * already decides by its owner. Where others may not enter a folder on the way (a clone below /root), the account keeps
 * root's right to pass by file modes, and no other, through `setpriv`. Raises POSTGRES_… errors that say what to do.
 */
export function chooseAccount(data: string, paths: readonly string[]): Account {
  const commandLine: Account['commandLine'] = (command, args) => [command, args];
  const before = statSync(data, { throwIfNoEntry: false });
  if (process.geteuid?.() !== 0) {
    checkOrdinaryUser(data, before?.uid);
    return { owner: undefined, identity: {}, commandLine };
  }
  const owner = before === undefined || before.uid === 0 ? findOwner() : { uid: before.uid, gid: before.gid };
  const closed = paths.map((path) => closedFolder(path, owner)).find((path) => path !== undefined);
  if (closed === undefined) return { owner, identity: owner, commandLine };
  const privileges = [
    ...[
      `--reuid=${owner.uid}`,
      `--regid=${owner.gid}`,
      '--clear-groups',
      '--bounding-set=-all,+dac_override',
    ],
    ...['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override', '--'],
  ];
  if (spawnSync('setpriv', [...privileges, 'true'], { stdio: 'ignore' }).status !== 0)
    throw unreachable(closed);
  return {
    owner,
    identity: {},
    commandLine: (command, args) => ['setpriv', [...privileges, command, ...args]],
  };
}

function checkOrdinaryUser(data: string, owner: number | undefined): void {
  if (owner !== undefined && owner !== process.geteuid?.()) {
    throw new SluiceError({
      code: 'POSTGRES_OTHER_OWNER',
      kind: 'usage',
      message: `The data folder ${data} belongs to another account: the servers were started by another user before.`,
      hint: 'Start them as that user (root may always), or choose another --local-state.',
      details: { data },
    });
  }
  if (owner !== undefined) return;
  try {
    userInfo();
  } catch (cause) {
    throw new SluiceError({
      code: 'POSTGRES_NEEDS_ACCOUNT',
      kind: 'outside',
      message: `Postgres needs an account with a name to make its data folder, and user id ${process.geteuid?.()} has none.`,
      hint: 'Run this as a user of /etc/passwd (in a container: add a line for the id), or as root.',
      cause,
    });
  }
}

function findOwner(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ACCOUNTS) {
    const account = accounts.find((fields) => fields[0] === name);
    const uid = Number(account?.[2]);
    const gid = Number(account?.[3]);
    // macOS writes its "nobody" as -2.
    if (account !== undefined && uid !== 0) return { uid: uid >>> 0, gid: gid >>> 0 };
  }
  throw new SluiceError({
    code: 'POSTGRES_NEEDS_ACCOUNT',
    kind: 'outside',
    message: `Postgres does not run as root, and there is none of the accounts ${ACCOUNTS.join(', ')} to run it.`,
    hint: 'Run this as an ordinary user.',
  });
}

/** The first of a path and the folders above it that the account may not read or enter. */
function closedFolder(path: string, owner: { uid: number; gid: number }): string | undefined {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
  if (((mode >> shift) & 1) === 0) return path;
  const parent = dirname(path);
  return parent === path ? undefined : closedFolder(parent, owner);
}

function unreachable(path: string): SluiceError {
  return new SluiceError({
    code: 'POSTGRES_UNREACHABLE_FOLDER',
    kind: 'outside',
    message: `Postgres does not run as root, and other accounts may not enter ${path}.`,
    hint: 'Run this as an ordinary user, or from a folder that others may enter, or install setpriv (util-linux).',
    details: { path },
  });
}
