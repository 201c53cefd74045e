/** What the page of a project is made from. Both sides of it are typed by this file: what writes the data, and the page. */

export interface SiteData {
  readonly project: SiteProject;
  /** Everything that has a page of its own but macros, in the order of the manifest. */
  readonly nodes: readonly SiteNode[];
  /** Macros of the project and its packages; dbt's own are left out. */
  readonly macros: readonly SiteMacro[];
  /** Which column comes from which, if the SQL was analysed. */
  readonly columnEdges: readonly ColumnEdge[];
  readonly rowEdges: readonly RowEdge[];
  readonly run: SiteRun | null;
  readonly groups: readonly SiteGroup[];
}

export interface SiteProject {
  readonly name: string;
  readonly generatedAt: string;
  readonly target: string | null;
  /** Markdown of the `__overview__` docs block, or of the project's README. */
  readonly overview: string | null;
  /** Whether the warehouse was asked for columns, rows and bytes. */
  readonly hasCatalog: boolean;
}

export type NodeKind =
  | 'model'
  | 'source'
  | 'seed'
  | 'snapshot'
  | 'analysis'
  | 'exposure'
  | 'metric'
  | 'semantic_model'
  | 'saved_query'
  | 'test'
  | 'unit_test';

export interface SiteNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** What people call it: `raw.orders` of a source, `orders.v2` of a version, else the name. */
  readonly label: string;
  readonly package: string;
  /** File, from the folder of its package. */
  readonly file: string;
  /** Folders in which the tree shows it, package first. */
  readonly folders: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  readonly meta: Json;
  readonly columns: readonly SiteColumn[];
  /** Ids of what it reads. */
  readonly parents: readonly string[];
  /** Ids of the macros it uses that the page knows. */
  readonly macros: readonly string[];
  readonly materialized: string | null;
  readonly relation: SiteRelation | null;
  readonly rawCode: string | null;
  readonly compiledCode: string | null;
  readonly access: string | null;
  readonly group: string | null;
  readonly owner: string | null;
  readonly contract: boolean;
  readonly constraints: readonly string[];
  /** Its colour in the lineage, if the project gives it one. */
  readonly color: string | null;
  /** Settings that differ from dbt's own defaults. */
  readonly config: Json;
  /** Set for tests. */
  readonly test: SiteTest | null;
  readonly result: SiteResult | null;
  readonly freshness: SiteFreshness | null;
  /** Facts that only some kinds have, as a label and a text each. */
  readonly facts: readonly (readonly [label: string, text: string])[];
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface SiteRelation {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  /** As SQL writes it. */
  readonly sql: string;
  /** `table`, `view`, … as the warehouse says; null when it was not found there. */
  readonly type: string | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly lastAltered: string | null;
  readonly owner: string | null;
  readonly comment: string | null;
}

export interface SiteColumn {
  readonly name: string;
  /** Of the warehouse, or else what the schema file says; null when neither is known. */
  readonly type: string | null;
  readonly description: string;
  /** The SQL that makes it, where it is more than a column of another name. */
  readonly expression: string | null;
  readonly tags: readonly string[];
  readonly meta: Json;
  readonly constraints: readonly string[];
  /** How it is masked before it leaves the source; null for a column that is not. */
  readonly masked: string | null;
  /** Ids of the tests of this column. */
  readonly tests: readonly string[];
  /** Whether the warehouse has it; null when the warehouse does not know the relation. */
  readonly found: boolean | null;
}

export interface SiteTest {
  /** `unique`, `not_null`, …; null for one written as SQL. */
  readonly name: string | null;
  readonly severity: string;
  /** The node whose schema file asks for it, or the model of a unit test. */
  readonly node: string | null;
  readonly column: string | null;
  /** Arguments as `name: value`, without the model and the column. */
  readonly arguments: readonly string[];
}

/** Good, to be looked at, bad, not run. */
export type Health = 'good' | 'warn' | 'bad' | 'skipped';

export interface SiteResult {
  readonly status: string;
  readonly health: Health;
  readonly message: string | null;
  readonly seconds: number;
  readonly failures: number | null;
  readonly at: string | null;
}

export interface SiteFreshness {
  readonly status: string;
  readonly health: Health;
  readonly maxLoadedAt: string | null;
  readonly ageSeconds: number | null;
  readonly checkedAt: string | null;
  readonly error: string | null;
  readonly warnAfter: string | null;
  readonly errorAfter: string | null;
}

export interface SiteRun {
  readonly command: string;
  readonly at: string | null;
  readonly seconds: number;
  readonly target: string | null;
}

export interface SiteMacro {
  readonly id: string;
  readonly name: string;
  readonly package: string;
  readonly file: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly type: string;
    readonly description: string;
  }[];
  readonly code: string;
  readonly macros: readonly string[];
}

export interface SiteGroup {
  readonly name: string;
  readonly owner: string;
  readonly email: string | null;
  readonly description: string;
}

/**
 * A column that is made from another; nodes by their place in `nodes`, names as the node's columns have them. A value is copied
 * as it is, or goes into a computation.
 */
export type ColumnEdge = readonly [
  from: number,
  fromColumn: string,
  to: number,
  toColumn: string,
  how: 'copied' | 'computed',
];

/** A column that decides which rows a node has: it is filtered, joined or grouped by. */
export type RowEdge = readonly [from: number, fromColumn: string, to: number];
