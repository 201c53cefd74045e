/** Plain data as YAML and JSON give it. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data };

export type DataRecord = Readonly<Record<string, Data>>;

/** The value as a record, or undefined if it is anything else. */
export function asRecord(value: unknown): DataRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as DataRecord)
    : undefined;
}

/** The value as a list: a list as it is, nothing as an empty one, a single value as a list of one. */
export function asList(value: Data | undefined): readonly Data[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The texts of a value that may be one text or a list of texts. */
export function asTexts(value: Data | undefined): string[] {
  return asList(value).filter((item): item is string => typeof item === 'string');
}

export function asText(value: Data | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** A value from outside as plain data; what JSON cannot hold becomes null. */
export function toData(value: unknown): Data {
  return JSON.parse(JSON.stringify(value ?? null)) as Data;
}
