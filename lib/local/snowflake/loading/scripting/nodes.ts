import type { Token } from '../../../../sql/index.ts';

/** A piece of a script's text: an expression, a condition or a SQL statement. Positions of its tokens are the script's. */
export interface Piece {
  readonly tokens: readonly Token[];
}

export interface Block {
  readonly kind: 'block';
  readonly declarations: readonly Declaration[];
  readonly steps: readonly Step[];
  readonly handlers: readonly Handler[];
}

/** `LET` and the entries of `DECLARE`. */
export type Declaration =
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** As written, e.g. `NUMBER(38, 2)`; the first value decides where it is left out. */
      readonly type: string | undefined;
      readonly value: Piece | undefined;
    }
  | { readonly kind: 'resultset'; readonly name: string; readonly query: Piece | undefined }
  | { readonly kind: 'cursor'; readonly name: string; readonly query: Piece }
  | { readonly kind: 'exception'; readonly name: string; readonly code: number; readonly message: string };

/** `WHEN a OR b THEN …`; `OTHER` catches all. */
export interface Handler {
  readonly names: readonly string[];
  readonly steps: readonly Step[];
}

export interface Branch {
  readonly condition: Piece;
  readonly steps: readonly Step[];
}

export type Step =
  | Block
  | { readonly kind: 'declare'; readonly declaration: Declaration }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Piece }
  | { readonly kind: 'sql'; readonly statement: Piece; readonly into: readonly string[] }
  | { readonly kind: 'execute'; readonly sql: Piece; readonly using: readonly string[] }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly Step[] }
  | {
      readonly kind: 'forRows';
      readonly variable: string;
      readonly source: string;
      readonly steps: readonly Step[];
    }
  | {
      readonly kind: 'forRange';
      readonly variable: string;
      readonly from: Piece;
      readonly to: Piece;
      readonly reverse: boolean;
      readonly steps: readonly Step[];
    }
  | { readonly kind: 'while'; readonly condition: Piece; readonly steps: readonly Step[] }
  | { readonly kind: 'repeat'; readonly until: Piece; readonly steps: readonly Step[] }
  | { readonly kind: 'loop'; readonly steps: readonly Step[] }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'return'; readonly value: Piece | undefined }
  | { readonly kind: 'raise'; readonly name: string | undefined }
  | { readonly kind: 'open'; readonly cursor: string }
  | { readonly kind: 'fetch'; readonly cursor: string; readonly into: readonly string[] }
  | { readonly kind: 'close'; readonly cursor: string }
  | { readonly kind: 'nothing' };
