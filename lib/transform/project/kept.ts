import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArtifact } from '../artifacts/write.ts';

const fileName = 'parsed.json';
/** Changes whenever something that is kept means something else. */
const version = 3;

/**
 * What was found out about the texts of a project (what their YAML says, the code of their templates), kept from one process to the
 * next by a hash of each text. So an entry is true or not asked for; what a process did not ask for is forgotten.
 */
export class KeptTexts {
  readonly #directory: string;
  readonly #before: ReadonlyMap<string, unknown>;
  readonly #now = new Map<string, unknown>();
  #changed = false;
  #saved = false;

  /** @param directory of the artifacts; what cannot be read there counts as nothing kept */
  constructor(directory: string) {
    this.#directory = directory;
    this.#before = readEntries(join(directory, fileName));
  }

  get(key: string): unknown {
    const known = this.#now.get(key);
    if (known !== undefined) return known;
    const value = this.#before.get(key);
    if (value === undefined) return undefined;
    this.#now.set(key, value);
    // The file was written without it.
    if (this.#saved) this.#changed = true;
    return value;
  }

  set(key: string, value: unknown): void {
    this.#now.set(key, value);
    this.#changed = true;
  }

  save(): void {
    if (!this.#changed) return;
    writeArtifact(
      this.#directory,
      fileName,
      JSON.stringify({ version, entries: Object.fromEntries(this.#now) }),
    );
    this.#changed = false;
    this.#saved = true;
  }
}

function readEntries(path: string): ReadonlyMap<string, unknown> {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isFile(kept) && kept.version === version) return new Map(Object.entries(kept.entries));
  } catch {
    // Nothing was kept, or a file that somebody changed: everything is found out again.
  }
  return new Map();
}

function isFile(value: unknown): value is { version: unknown; entries: object } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    'entries' in value &&
    typeof value.entries === 'object' &&
    value.entries !== null
  );
}
