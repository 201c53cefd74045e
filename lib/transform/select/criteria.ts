/** One criterion of a selection, taken apart: `@tag:x`, `2+stg_films+`, `path:staging`. */
export interface Criterion {
  readonly text: string;
  /** `null` when the method is to be guessed from the value. */
  readonly method: string | null;
  /** What follows the method's dot: `materialized` of `config.materialized:view`. */
  readonly methodArguments: readonly string[];
  readonly value: string;
  /** `@`: the node, all below it, and everything those read. */
  readonly childrensParents: boolean;
  /** Steps upwards to take along, `Infinity` for `+x`; 0 for none. */
  readonly parents: number;
  readonly children: number;
}

const pattern =
  /^(?<at>@)?(?:(?<parentDepth>\d*)(?<parents>\+))?(?:(?<method>[\w.]+):)?(?<value>.*?)(?:(?<children>\+)(?<childDepth>\d*))?$/s;

/** @returns the reason as text when the criterion cannot be understood */
export function parseCriterion(text: string): Criterion | string {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined || !groups.value)
    return `"${text}" selects nothing: a name or \`method:value\` is expected`;
  if (groups.at !== undefined && groups.children !== undefined) {
    return `"${text}" has both "@" and a "+" at the end, which say different things`;
  }
  const [method, ...methodArguments] = groups.method?.split('.') ?? [];
  return {
    text,
    method: method ?? null,
    methodArguments,
    value: groups.value,
    childrensParents: groups.at !== undefined,
    parents: depthOf(groups.parents, groups.parentDepth),
    children: depthOf(groups.children, groups.childDepth),
  };
}

function depthOf(plus: string | undefined, depth: string | undefined): number {
  if (plus === undefined) return 0;
  return depth === undefined || depth === '' ? Number.POSITIVE_INFINITY : Number(depth);
}
