import { compilationError } from '../../../../sql/index.ts';
import type { StatementResult } from '../../statement.ts';
import type { Piece } from './nodes.ts';
import type { ScriptValue } from './values.ts';

/** What a name stands for while a block runs. */
export type Entry =
  | { readonly kind: 'variable'; value: ScriptValue; readonly type: string | undefined }
  | { readonly kind: 'row'; readonly result: StatementResult; readonly row: number }
  | { readonly kind: 'resultset'; result: StatementResult | undefined }
  | { readonly kind: 'cursor'; readonly query: Piece; result: StatementResult | undefined; next: number }
  | { readonly kind: 'exception'; readonly name: string; readonly code: number; readonly message: string };

/** The names of a block; what it does not know it asks the block around it. */
export class Scope {
  readonly #names = new Map<string, Entry>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  declare(name: string, entry: Entry): void {
    this.#names.set(name, entry);
  }

  find(name: string): Entry | undefined {
    return this.#names.get(name) ?? this.#outer?.find(name);
  }

  /** The entry of a name that has to be of this kind. */
  need<Kind extends Entry['kind']>(kind: Kind, name: string): Extract<Entry, { kind: Kind }> {
    const entry = this.find(name);
    if (entry === undefined || !isOfKind(entry, kind)) {
      throw compilationError(`invalid identifier '${name}': there is no ${kind} of this name`, '000904');
    }
    return entry;
  }
}

function isOfKind<Kind extends Entry['kind']>(
  entry: Entry,
  kind: Kind,
): entry is Extract<Entry, { kind: Kind }> {
  return entry.kind === kind;
}
