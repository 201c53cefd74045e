/** A block that defines something at a file's top level; offsets count UTF-16 units from the source's start. */
export interface Block {
  /** The tag: `macro`, `test`, `snapshot`, `docs` … */
  tag: string;
  /** The name after the tag. */
  name: string;
  /** From the opening tag's first brace to after the closing tag. */
  start: number;
  end: number;
  /** What stands between the tags. */
  bodyStart: number;
  bodyEnd: number;
  /** Where the block starts, from 1. */
  line: number;
  column: number;
}

export interface ListOptions {
  /** What errors call the source. */
  file: string;
  /** The tags to list; those of dbt unless told. */
  tags?: readonly string[];
}
