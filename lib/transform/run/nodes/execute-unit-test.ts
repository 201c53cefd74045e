import { callable } from '../../../jinja/index.ts';
import type { ResultColumn, Warehouse } from '../../../snowflake/index.ts';
import { envVar } from '../../context/base-names.ts';
import { compilerError } from '../../context/exceptions.ts';
import { RelationObject } from '../../context/relation-object.ts';
import type { NodeSession } from '../../context/session.ts';
import { VarFunction } from '../../context/variables.ts';
import { readCall } from '../../graph/calls.ts';
import type { GraphNode, SqlNode, UnitTestInfo, UnitTestRows } from '../../graph/node.ts';
import type { ParsedProject } from '../../parse/project.ts';
import { describe } from '../../parse/resolve.ts';
import { folded, quote } from '../../relation.ts';
import type { Data } from '../../values.ts';
import type { Compiler, StandIns } from '../compile/compiler.ts';
import { type Cte, prependCtes } from '../compile/ctes.ts';
import { type Placement, sourceRelation } from '../compile/placement.ts';
import { type ColumnTypes, namedColumns, rowsQuery } from './unit-test-rows.ts';

export interface UnitTestOutcome {
  /** Rows that are missing or too many. */
  readonly failures: number;
  /** What differs, for people; empty when nothing does. */
  readonly difference: string;
  readonly path: string;
}

export interface UnitTestParts {
  readonly project: ParsedProject;
  readonly compiler: Compiler;
  readonly placement: Placement;
  readonly warehouse: Warehouse;
  readonly session: NodeSession;
  onCompiled(path: string, sql: string): void;
}

/** Rows of either side that a message shows. */
const shownRows = 5;

/**
 * Runs a model's SQL over the rows that a unit test gives, and compares what comes out with the rows it expects, whatever
 * their order. Nothing has to be built: the types of what is read come from its relation if that is there, else from the
 * schema files, else from the rows.
 */
export async function runUnitTest(node: SqlNode, parts: UnitTestParts): Promise<UnitTestOutcome> {
  const { project, compiler, warehouse, session } = parts;
  const { unitTest } = node;
  const model = project.nodes.get(node.dependsOn[0] ?? '');
  if (unitTest === undefined || model === undefined || model.resourceType === 'source') {
    throw compilerError(`the model of ${describe(node)} is not there`);
  }
  const inputs = await new Inputs(node, model, unitTest, parts).read();
  const text = await compiler.compileStandIn(model, session, inputs.standIns);
  const sql = prependCtes(text, inputs.ctes);
  const path = compiler.write(node, sql);
  parts.onCompiled(path, sql);
  const { columns } = await warehouse.execute(`select * from (\n${sql}\n) limit 0`);
  const compared = await comparedColumns(unitTest.expected, columns, warehouse);
  const unknown = compared.filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0) {
    const known = columns.map(({ name }) => name).join(', ');
    const difference = `${describe(model)} has no column ${unknown.join(', ')}; it has ${known}`;
    return { failures: unknown.length, difference, path };
  }
  const types = new Map(columns.map((column) => [column.name, typeOfColumn(column)]));
  const wanted = rowsQuery(
    unitTest.expected,
    new Map([...types].filter(([name]) => compared.includes(name))),
    'what is expected',
  );
  const list = compared.map(quote).join(', ');
  const { rows } = await warehouse.execute(
    `select 'actual' as "side", ${list} from (\n${sql}\n)\nunion all\nselect 'expected', ${list} from (\n${wanted}\n)`,
  );
  const rowsOf = (side: string): string[] =>
    rows.flatMap(({ side: own, ...values }) => (own === side ? [JSON.stringify(values)] : []));
  const missing = without(rowsOf('expected'), rowsOf('actual'));
  const extra = without(rowsOf('actual'), rowsOf('expected'));
  return { failures: missing.length + extra.length, difference: differenceText(missing, extra), path };
}

/** What a unit test puts in the place of what its model reads. */
class Inputs {
  readonly #node: SqlNode;
  readonly #model: SqlNode;
  readonly #unitTest: UnitTestInfo;
  readonly #parts: UnitTestParts;

  constructor(node: SqlNode, model: SqlNode, unitTest: UnitTestInfo, parts: UnitTestParts) {
    this.#node = node;
    this.#model = model;
    this.#unitTest = unitTest;
    this.#parts = parts;
  }

  async read(): Promise<{ readonly ctes: readonly Cte[]; readonly standIns: StandIns }> {
    const ctes: Cte[] = [];
    const relations = new Map<string, RelationObject>();
    let thisRelation: RelationObject | undefined;
    for (const [index, { input, rows }] of this.#unitTest.given.entries()) {
      const read = this.#target(input);
      const name = `__unit_test_${index + 1}_${read.name.replace(/\W/g, '_')}`;
      const relation = new RelationObject({ identifier: name, type: 'cte' });
      if (input === 'this') thisRelation = relation;
      else relations.set(read.uniqueId, relation);
      ctes.push({ name, sql: rowsQuery(rows, await this.#types(read), input) });
    }
    for (const id of this.#model.dependsOn) {
      const seed = this.#parts.project.nodes.get(id);
      if (seed?.resourceType !== 'seed' || relations.has(id)) continue;
      // A seed's rows are known without being given.
      const name = `__unit_test_seed_${seed.name}`;
      relations.set(id, new RelationObject({ identifier: name, type: 'cte' }));
      const rows: UnitTestRows = { format: 'csv', text: seed.rawCode };
      ctes.push({ name, sql: rowsQuery(rows, await this.#types(seed), seed.name) });
    }
    return {
      ctes,
      standIns: {
        names: this.#names(),
        replaced: this.#replaced(),
        ...(thisRelation === undefined ? {} : { thisRelation }),
        relation: (read) => {
          const found = relations.get(read.uniqueId);
          if (found !== undefined) return found;
          throw compilerError(
            `${describe(this.#node)} gives no rows for ${describe(read)}, which its model reads`,
            'Add it to `given`; `rows: []` gives none.',
          );
        },
      },
    };
  }

  /** The node that an input names. */
  #target(input: string): GraphNode {
    if (input === 'this') return this.#model;
    const { names, loaded } = this.#parts.project;
    const { packageName } = this.#model;
    const written = readCall(input);
    const found =
      written?.kind === 'source'
        ? names.source(written.call, packageName)
        : written?.kind === 'ref'
          ? names.ref(written.call, packageName, loaded.root.name)
          : undefined;
    if (found !== undefined) return found;
    throw compilerError(
      `the input ${input} of ${describe(this.#node)} is nothing that the project knows`,
      `An input is ref('model'), source('source', 'table') or this.`,
    );
  }

  /** Types of what stands at the place of an input, as far as they are known. */
  async #types(read: GraphNode): Promise<ColumnTypes> {
    const { session, placement } = this.#parts;
    const relation = read.resourceType === 'source' ? sourceRelation(read) : placement.relation(read);
    const there = relation.type === 'cte' ? null : await session.relation(relation).catch(() => null);
    if (there !== null) {
      const columns = await session.columns(relation);
      return new Map(columns.map((column) => [column.name, column.dataType]));
    }
    const described = read.columns.flatMap(({ name, dataType, quote: quoted }) =>
      dataType === null ? [] : [[folded(name, quoted === true), dataType] as const],
    );
    return new Map(described);
  }

  #names(): ReadonlyMap<string, unknown> {
    const { macros, vars, envVars } = this.#unitTest.overrides;
    const { scope } = this.#parts.project;
    const names = new Map<string, unknown>([['is_incremental', constant('is_incremental', false)]]);
    for (const [name, value] of Object.entries(macros)) {
      if (!name.includes('.')) names.set(name, constant(name, value));
    }
    if (Object.keys(vars).length > 0) {
      names.set('var', new VarFunction(scope.variables.over(vars), this.#model.packageName, false));
    }
    const env = Object.entries(envVars).map(([key, value]) => [key, String(value)]);
    if (env.length > 0) names.set('env_var', envVar({ ...scope.env, ...Object.fromEntries(env) }));
    return names;
  }

  /** Macros of packages that the test gives a value, `package.macro`; the others of the package stay what they are. */
  #replaced(): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
    const replaced = new Map<string, Map<string, unknown>>();
    for (const [name, value] of Object.entries(this.#unitTest.overrides.macros)) {
      const [namespace = '', macro] = name.split('.', 2);
      if (macro === undefined) continue;
      const own = replaced.get(namespace) ?? new Map<string, unknown>();
      replaced.set(namespace, own.set(macro, constant(macro, value)));
    }
    return replaced;
  }
}

function constant(name: string, value: Data | undefined): unknown {
  return callable(name, ['*rest', '**named'], () => value ?? null);
}

/** The columns that are compared: those that are expected, and all of the model when no row is. */
async function comparedColumns(
  expected: UnitTestRows,
  columns: readonly ResultColumn[],
  warehouse: Warehouse,
): Promise<string[]> {
  const named =
    namedColumns(expected)?.map((name) => folded(name, false)) ??
    (
      await warehouse.execute(`select * from (\n${rowsQuery(expected, new Map(), '')}\n) limit 0`)
    ).columns.map(({ name }) => name);
  return named.length > 0 ? named : columns.map(({ name }) => name);
}

function typeOfColumn({ type, precision, scale }: ResultColumn): string {
  if (type === 'FIXED') return `NUMBER(${precision ?? 38}, ${scale ?? 0})`;
  return type === 'TEXT' ? 'VARCHAR' : type === 'REAL' ? 'FLOAT' : type;
}

/** The rows of a list that another does not have as often. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}

function differenceText(missing: readonly string[], extra: readonly string[]): string {
  const part = (title: string, mark: string, rows: readonly string[]): string[] => {
    if (rows.length === 0) return [];
    const more = rows.length > shownRows ? [`    … and ${rows.length - shownRows} more`] : [];
    return [`  ${title}`, ...rows.slice(0, shownRows).map((row) => `    ${mark} ${row}`), ...more];
  };
  const lines = [
    ...part('expected, and not there:', '-', missing),
    ...part('there, and not expected:', '+', extra),
  ];
  return lines.length === 0 ? '' : `the rows are not those that are expected\n${lines.join('\n')}`;
}
