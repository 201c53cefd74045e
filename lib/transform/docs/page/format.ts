const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `1,234,567` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 model`, `2 models` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `1.2 MB` of a number of bytes. */
export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${compact.format(rest)} ${units[unit]}`;
}

/** `230 ms`, `4.2 s`, `3 min 20 s`, `5 h 10 min` of a number of seconds. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${compact.format(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return parts(minutes, 'min', Math.round(seconds % 60), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return parts(hours, 'h', minutes % 60, 'min');
  return parts(Math.floor(hours / 24), 'days', hours % 24, 'h');
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `21 Nov 2026, 09:30 UTC`; what is no time is shown as it stands. */
export function moment(text: string): string {
  const at = new Date(text.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d)UTC$/, '$1T$2:00Z'));
  if (Number.isNaN(at.getTime())) return text;
  const day = at.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
  return `${day}, ${time} UTC`;
}

/** `80 %` of a share between two numbers; null if there is nothing to have a share of. */
export function share(part: number, all: number): string | null {
  return all === 0 ? null : `${Math.floor((100 * part) / all)} %`;
}
