import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Who a process is: its id alone may belong to another one after it has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; only to be compared. */
  readonly started: string;
}

export function thisProcess(): ProcessIdentity {
  return processIdentity(process.pid);
}

/** A process that runs now; one that does not is never found running afterwards either. */
export function processIdentity(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) ?? 'ended' };
}

/** Does exactly that process still run? */
export function isRunning(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.started;
}

function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      // The name, in brackets, may hold blanks; the start time is the twentieth field behind it.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ');
      return fields?.[0] === 'Z' ? undefined : fields?.[19];
    } catch {
      return undefined;
    }
  }
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = (stdout ?? '').trim();
  return text === '' ? undefined : text;
}
