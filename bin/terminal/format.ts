/** `541909` as `541,909`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** Bytes with a binary unit: `7.1 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Milliseconds as a person reads them: `840 ms`, `12.3 s`, `4 min 05 s`, `3 h 20 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Rows a second: `412k rows/s`. */
export function formatRate(rows: number, milliseconds: number): string {
  const rate = milliseconds <= 0 ? 0 : (rows / milliseconds) * 1000;
  return rate >= 10_000 ? `${Math.round(rate / 1000)}k rows/s` : `${Math.round(rate)} rows/s`;
}
