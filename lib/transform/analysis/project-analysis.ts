import { SluiceError } from '../../config/index.ts';
import { callable, TemplateError } from '../../jinja/index.ts';
import { Cursor, parseQuery, type Query, SqlError } from '../../sql/index.ts';
import {
  type GraphNode,
  isEphemeral,
  materializationOf,
  type SourceNode,
  type SqlNode,
} from '../graph/node.ts';
import type { ParsedProject } from '../parse/project.ts';
import { folded, type RelationName } from '../relation.ts';
import { Compiler, type CompileWith } from '../run/compile/compiler.ts';
import { Placement, publishedRelation, sourceRelation } from '../run/compile/placement.ts';
import { columnsOfSeed, snapshotColumns, typeFrom } from './known-columns.ts';
import { type Analysis, analyze, type Catalog, type Table, type TableColumn } from './query/index.ts';
import { nameKey, type SchemaPlace, WarehouseColumns } from './warehouse-columns.ts';

/** A query of a node: of an incremental model there are two, for its first run and for the others. */
export interface AnalyzedQuery {
  readonly sql: string;
  readonly analysis: Analysis;
}

/** What a node gives, and how its SQL makes it. */
export interface AnalyzedNode {
  readonly node: GraphNode;
  readonly columns: readonly TableColumn[];
  /** False where it may have columns that are not listed. */
  readonly complete: boolean;
  readonly queries: readonly AnalyzedQuery[];
}

export interface AnalysisParts {
  readonly project: ParsedProject;
  /** The columns of a source, as far as they are known without the warehouse. */
  readonly sourceColumns: (source: SourceNode) => readonly TableColumn[] | undefined;
  /** Nodes that the run makes: their columns are those of their SQL. Of others, the warehouse knows better. */
  readonly made: ReadonlySet<string>;
  /** Where a node is read that the run does not make. */
  readonly relation?: (node: SqlNode) => RelationName;
  /** SQL over published names that was compiled before, by id. */
  readonly compiled?: ReadonlyMap<string, string>;
}

/** Materializations that make a relation of exactly the columns of the query. */
const PLAIN = new Set([
  'view',
  'table',
  'incremental',
  'ephemeral',
  'snapshot',
  'dynamic_table',
  'materialized_view',
  'test',
]);

/** The columns of a project's nodes, worked out in the order of the graph. What was compiled is kept for the next pass. */
export class ProjectAnalysis {
  readonly #parts: AnalysisParts;
  readonly #compiler: Compiler;
  readonly #queries = new Map<string, readonly string[] | undefined>();
  /** Ids by the name of the relation that readers see. */
  readonly #relations = new Map<string, string>();
  readonly #ephemeral = new Map<string, string>();
  readonly #nodes = new Map<string, AnalyzedNode>();
  /** Tables that were read and that nothing is known of. */
  readonly #unknown = new Map<string, readonly string[]>();
  readonly #seeds = new Map<string, readonly TableColumn[] | undefined>();
  #warehouse = new WarehouseColumns();
  #hooks: boolean | undefined;

  constructor(parts: AnalysisParts) {
    this.#parts = parts;
    this.#compiler = new Compiler(
      parts.project,
      new Placement(new Set(), parts.project.scope.invocationId),
      '',
    );
    for (const node of parts.project.nodes.values()) {
      if (node.resourceType === 'source') this.#relations.set(keyOf(sourceRelation(node)), node.uniqueId);
      else if (isEphemeral(node))
        this.#ephemeral.set(folded(publishedRelation(node).print(), false), node.uniqueId);
      else if (isRelation(node)) this.#relations.set(keyOf(publishedRelation(node)), node.uniqueId);
    }
  }

  /** Looks at nodes and all that they read. @param warehouse what it has, if it was asked */
  run(ids: ReadonlySet<string>, warehouse = new WarehouseColumns()): ReadonlyMap<string, AnalyzedNode> {
    const { graph, nodes } = this.#parts.project;
    this.#warehouse = warehouse;
    this.#nodes.clear();
    this.#unknown.clear();
    const needed = ids.union(graph.ancestors(ids));
    for (const id of graph.inOrder()) {
      const node = needed.has(id) ? nodes.get(id) : undefined;
      if (node !== undefined) this.#nodes.set(id, this.#analyze(node));
    }
    return this.#nodes;
  }

  /** Schemas of sources that these nodes read and that nothing is known of. */
  unknownSources(ids: ReadonlySet<string>): SchemaPlace[] {
    const { graph, nodes } = this.#parts.project;
    const sources = [...ids.union(graph.ancestors(ids))].flatMap((id) => {
      const node = nodes.get(id);
      return node?.resourceType === 'source' && this.#parts.sourceColumns(node) === undefined ? [node] : [];
    });
    return distinct(sources.map((source) => partsOf(sourceRelation(source))));
  }

  /** Schemas with tables that were read and are known to nobody here. */
  get unknownSchemas(): SchemaPlace[] {
    return distinct([...this.#unknown.values()]);
  }

  /** Schemas of all that the last pass took from SQL though the warehouse may have it otherwise. */
  get doubtfulSchemas(): SchemaPlace[] {
    const places = [...this.#nodes.values()].flatMap(({ node }) =>
      this.#isDoubtful(node) ? [partsOf(this.#placeOf(node))] : [],
    );
    return distinct([...places, ...this.#unknown.values()]);
  }

  /** The compiled text of a node's queries; undefined when it depends on what the warehouse answers. */
  #queriesOf(node: SqlNode): readonly string[] | undefined {
    if (!this.#queries.has(node.uniqueId)) this.#queries.set(node.uniqueId, this.#compile(node));
    return this.#queries.get(node.uniqueId);
  }

  #compile(node: SqlNode): readonly string[] | undefined {
    const incremental = materializationOf(node) === 'incremental';
    const before = incremental ? undefined : this.#parts.compiled?.get(node.uniqueId);
    if (before !== undefined) return [before];
    const branches = incremental ? [false, true] : [undefined];
    const texts = branches.map((branch) =>
      this.#tryToCompile(
        node,
        branch === undefined
          ? {}
          : { names: new Map([['is_incremental', callable('is_incremental', [], () => branch)]]) },
      ),
    );
    const known = texts.filter((text) => text !== undefined);
    if (known.length < texts.length) return undefined;
    return [...new Set(known)];
  }

  /** A template that fails is told of when the node runs: it may see other values then. */
  #tryToCompile(node: SqlNode, using: CompileWith): string | undefined {
    try {
      return this.#compiler.compileAtOnce(node, using);
    } catch (error) {
      if (error instanceof TemplateError || error instanceof SluiceError) return undefined;
      throw error;
    }
  }

  #analyze(node: GraphNode): AnalyzedNode {
    if (node.resourceType === 'source') return this.#source(node);
    if (node.resourceType === 'seed') {
      if (!this.#seeds.has(node.uniqueId)) this.#seeds.set(node.uniqueId, columnsOfSeed(node));
      const columns = this.#seeds.get(node.uniqueId);
      return this.#asBuilt({ node, columns: columns ?? [], complete: columns !== undefined, queries: [] });
    }
    if (node.resourceType === 'unit_test' || node.test !== undefined) return unknownNode(node);
    const queries: AnalyzedQuery[] = [];
    for (const sql of this.#queriesOf(node) ?? []) {
      // The tree is not kept: it takes many times the room of the text, and a second pass is rare.
      const query = parsed(sql);
      if (query === undefined) continue;
      const catalog = this.#catalog(node, queries[0]?.analysis);
      queries.push({ sql, analysis: analyze(query, catalog, makes(node)) });
    }
    const [first] = queries;
    if (first === undefined) return this.#asBuilt(unknownNode(node));
    return this.#asBuilt({ node, ...outputOf(node, first.analysis), queries });
  }

  #source(node: SourceNode): AnalyzedNode {
    const known = this.#parts.sourceColumns(node);
    const place = partsOf(sourceRelation(node));
    if (known === undefined && !this.#warehouse.knows(place)) this.#unknown.set(node.uniqueId, place);
    const own = { node, columns: known ?? [], complete: known !== undefined, queries: [] };
    return this.#asBuilt(own);
  }

  /** What the warehouse has goes before what SQL says, of all that the run does not make anew. */
  #asBuilt(analyzed: AnalyzedNode): AnalyzedNode {
    const { node } = analyzed;
    if (!this.#isDoubtful(node)) return analyzed;
    const built = this.#warehouse.table(partsOf(this.#placeOf(node)));
    if (built === undefined || built === 'missing') return analyzed;
    if (!this.#parts.made.has(node.uniqueId)) return { ...analyzed, columns: built, complete: true };
    // The run changes a relation that is there: both its columns and those of the SQL may be in it.
    const columns = new Map(built.map((column) => [column.name, column]));
    for (const column of analyzed.columns) {
      const before = columns.get(column.name);
      columns.set(
        column.name,
        before === undefined || before.type?.type === column.type?.type
          ? column
          : { ...column, type: undefined },
      );
    }
    return { ...analyzed, columns: [...columns.values()] };
  }

  /** Whether the warehouse may have other columns than what is known here. */
  #isDoubtful(node: GraphNode): boolean {
    if (node.resourceType === 'source') return true;
    if (!isRelation(node)) return false;
    return (
      !this.#parts.made.has(node.uniqueId) || ['incremental', 'snapshot'].includes(materializationOf(node))
    );
  }

  #placeOf(node: GraphNode): RelationName {
    if (node.resourceType === 'source') return sourceRelation(node);
    const made = this.#parts.made.has(node.uniqueId);
    return made ? publishedRelation(node) : (this.#parts.relation?.(node) ?? publishedRelation(node));
  }

  #catalog(reader: SqlNode, own: Analysis | undefined): Catalog {
    const { target } = this.#parts.project.scope;
    return {
      table: (name) => {
        const full = qualified(name, target);
        const id = this.#relations.get(nameKey(full));
        if (id === reader.uniqueId) return ownTable(reader, own);
        const found = id === undefined ? undefined : this.#nodes.get(id);
        if (found === undefined) return this.#external(full);
        if (found.node.resourceType === 'source' && this.#isMissing(full)) return 'missing';
        return { id: found.node.uniqueId, columns: found.columns, complete: found.complete };
      },
      common: (name) => {
        const id = this.#ephemeral.get(name);
        const found = id === undefined ? undefined : this.#nodes.get(id);
        return found && { id: found.node.uniqueId, columns: found.columns, complete: found.complete };
      },
      known: this.#warehouse.names,
    };
  }

  /** A table that is none of the project's. */
  #external(name: readonly string[]): Table | 'missing' | undefined {
    const id = name.join('.');
    if (name[1] === 'INFORMATION_SCHEMA') return { id, columns: [], complete: false };
    if (!this.#warehouse.knows(name)) this.#unknown.set(id, name);
    if (this.#isMissing(name)) return 'missing';
    const columns = this.#warehouse.table(name);
    if (columns === undefined || columns === 'missing') return { id, columns: [], complete: false };
    return { id, columns, complete: true };
  }

  #isMissing(name: readonly string[]): boolean {
    return this.#warehouse.table(name) === 'missing' && !this.#mayBeMade;
  }

  /** Hooks may make tables that no node is known to make. */
  get #mayBeMade(): boolean {
    const { loaded, nodes } = this.#parts.project;
    this.#hooks ??=
      [...loaded.packages.values()].some(({ onRunStart }) => onRunStart.length > 0) ||
      [...nodes.values()].some(({ config }) => {
        const hooks = config['pre-hook'];
        return Array.isArray(hooks) && hooks.length > 0;
      });
    return this.#hooks;
  }
}

function parsed(sql: string): Query | undefined {
  try {
    const cursor = Cursor.over(sql);
    const query = parseQuery(cursor);
    cursor.takeSymbol(';');
    cursor.expectEnd();
    return query;
  } catch (error) {
    if (error instanceof SqlError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function unknownNode(node: GraphNode): AnalyzedNode {
  return { node, columns: [], complete: false, queries: [] };
}

/** Nodes that a table or view of the warehouse comes from. */
function isRelation(node: GraphNode): node is SqlNode {
  return ['model', 'seed', 'snapshot'].includes(node.resourceType);
}

function makes(node: SqlNode): 'table' | 'view' | undefined {
  if (!isRelation(node) || isEphemeral(node)) return undefined;
  return ['table', 'incremental', 'snapshot'].includes(materializationOf(node)) ? 'table' : 'view';
}

/** What an incremental model sees of itself: at least what its first run makes. */
function ownTable(node: SqlNode, own: Analysis | undefined): Table {
  const { columns } = own === undefined ? { columns: [] } : outputOf(node, own);
  return { id: node.uniqueId, columns, complete: false };
}

function outputOf(node: SqlNode, analysis: Analysis): { columns: readonly TableColumn[]; complete: boolean } {
  const plain = PLAIN.has(materializationOf(node)) || node.resourceType !== 'model';
  const types = new Map(
    isEnforced(node)
      ? node.columns.map(({ name, dataType, quote }) => [folded(name, quote === true), typeFrom(dataType)])
      : [],
  );
  const own = analysis.columns.map(({ name, type, nullable }) => ({
    name,
    type: types.get(name) ?? type,
    nullable,
  }));
  const columns = node.resourceType === 'snapshot' ? [...own, ...snapshotColumns(node)] : own;
  return { columns, complete: analysis.complete && plain };
}

/** Whether a model's columns are fixed by its contract. */
export function isEnforced(node: SqlNode): boolean {
  const { contract } = node.config;
  return (
    typeof contract === 'object' && contract !== null && 'enforced' in contract && contract.enforced === true
  );
}

function qualified(
  name: readonly string[],
  target: { readonly database: string; readonly schema: string },
): string[] {
  const defaults = [folded(target.database, false), folded(target.schema, false)];
  const missing = Math.max(0, 3 - name.length);
  const full = [...defaults.slice(0, missing), ...name];
  // `db..table` leaves the schema out: it is PUBLIC.
  return full.map((part, index) => (part === '' && index === 1 ? 'PUBLIC' : part));
}

function partsOf({ database, schema, identifier, quoting }: RelationName): string[] {
  return [
    folded(database ?? '', quoting.database),
    folded(schema ?? '', quoting.schema),
    folded(identifier ?? '', quoting.identifier),
  ];
}

function keyOf(relation: RelationName): string {
  return nameKey(partsOf(relation));
}

function distinct(names: readonly (readonly string[])[]): SchemaPlace[] {
  const places = new Map<string, SchemaPlace>();
  for (const [database = '', schema = ''] of names)
    places.set(nameKey([database, schema]), { database, schema });
  return [...places.values()];
}
