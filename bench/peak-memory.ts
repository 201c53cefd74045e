import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has held, in megabytes. Linux counts what a parent held when it started the child into the child's
 * `maxRSS`, but not into the high-water mark of its memory (proc(5), VmHWM).
 */
export function peakMegabytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) / 1024;
  } catch {
    // No such file: another system.
  }
  return process.resourceUsage().maxRSS / 1024;
}
