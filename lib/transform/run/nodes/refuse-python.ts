import { compilerError } from '../../context/exceptions.ts';
import type { SqlNode } from '../../graph/node.ts';
import { describe } from '../../parse/resolve.ts';

/** A model in Python is read and listed like any other, and is never run. @throws SluiceError for such a model */
export function refusePython(node: SqlNode): void {
  if (node.language !== 'python') return;
  throw compilerError(
    `${describe(node)} is written in Python, and models in Python are not run`,
    `Write it in SQL, or leave it out with --exclude ${node.name}+.`,
  );
}
