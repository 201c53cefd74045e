/** A compiled template that can be written as JSON and loaded again; JavaScript is generated per form when needed. */
export interface CompiledTemplate {
  /** Changes when generated code of an older version cannot run any more. */
  version: number;
  file: string;
  /** sha256 of source and options: the key to keep it under. */
  hash: string;
  /** The body of the synchronous form. */
  sync: string;
  /** The body of the asynchronous form. */
  async: string;
}
