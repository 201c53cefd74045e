import type { Column } from 'snowflake-sdk';
import type { ResultColumn, WarehouseValue } from './warehouse.ts';

/** Whole numbers up to here, and decimals of no more digits, are the same number in JavaScript. */
const exactDigits = 15;

/** Instants as the driver gives them: a Date with the parts that a Date alone would lose. */
interface DriverTimestamp {
  getEpochSeconds(): number;
  getNanoSeconds(): number;
  getScale(): number;
  getTimezone(): string | number | undefined;
}

export function describeColumn(column: Column): ResultColumn {
  const type = column.getType().toUpperCase();
  const numeric = type === 'FIXED';
  const timed = type === 'TIME' || type.startsWith('TIMESTAMP');
  return {
    name: column.getName(),
    type,
    nullable: column.isNullable(),
    ...(numeric ? { precision: column.getPrecision() } : {}),
    ...(numeric || timed ? { scale: column.getScale() } : {}),
  };
}

/**
 * A value as the driver fetched it (numbers as text), exact in JavaScript: numbers that a double would change stay text,
 * dates and times become ISO text with all their decimals, VARIANT is parsed, BINARY is lower-case hex.
 */
export function convertValue(value: unknown, column: ResultColumn): WarehouseValue {
  if (value === null || value === undefined) return null;
  switch (column.type) {
    case 'FIXED':
      return exactNumber(String(value));
    case 'REAL':
      return Number(String(value).replace(/^([+-]?)inf$/i, '$1Infinity'));
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : String(value).toLowerCase() === 'true' || value === '1';
    case 'DATE':
      return isTimestamp(value) ? isoDay(value.getEpochSeconds()) : String(value);
    case 'TIMESTAMP_NTZ':
      return isTimestamp(value) ? isoInstant(value, 0, '') : String(value);
    case 'TIMESTAMP_LTZ':
      return isTimestamp(value) ? isoInstant(value, 0, 'Z') : String(value);
    case 'TIMESTAMP_TZ': {
      if (!isTimestamp(value)) return String(value);
      const minutes = offsetMinutes(value.getTimezone());
      return isoInstant(value, minutes, isoOffset(minutes));
    }
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
    case 'MAP':
      return parseVariant(value);
    case 'BINARY':
      return Buffer.isBuffer(value) ? value.toString('hex') : String(value).toLowerCase();
    default:
      return String(value);
  }
}

/** Text of digits as a number where it is the same number, as the text otherwise. */
function exactNumber(text: string): number | string {
  const digits = text.replace(/^[+-]?0*|\./g, '').length;
  const number = Number(text);
  if (text.includes('.')) return digits <= exactDigits ? number : text;
  return Number.isSafeInteger(number) ? number : text;
}

function parseVariant(value: unknown): WarehouseValue {
  if (typeof value !== 'string') return typeof value === 'object' ? value : String(value);
  try {
    const parsed: unknown = JSON.parse(value);
    return isWarehouseValue(parsed) ? parsed : value;
  } catch {
    return value;
  }
}

function isWarehouseValue(value: unknown): value is WarehouseValue {
  return value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);
}

function isTimestamp(value: unknown): value is DriverTimestamp {
  return (
    typeof value === 'object' && value !== null && 'getEpochSeconds' in value && 'getNanoSeconds' in value
  );
}

function isoInstant(value: DriverTimestamp, minutes: number, suffix: string): string {
  const seconds = value.getEpochSeconds() + minutes * 60;
  const scale = value.getScale();
  const fraction =
    scale === 0 ? '' : `.${String(Math.round(value.getNanoSeconds())).padStart(9, '0').slice(0, scale)}`;
  const ofDay = seconds - Math.floor(seconds / 86_400) * 86_400;
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
  return `${isoDay(seconds)}T${clock}${fraction}${suffix}`;
}

function isoDay(epochSeconds: number): string {
  return new Date(Math.floor(epochSeconds / 86_400) * 86_400_000).toISOString().replace(/T.*$/, '');
}

function offsetMinutes(timezone: string | number | undefined): number {
  return typeof timezone === 'number' ? timezone : 0;
}

function isoOffset(minutes: number): string {
  const sign = minutes < 0 ? '-' : '+';
  const two = (number: number) => String(number).padStart(2, '0');
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}
