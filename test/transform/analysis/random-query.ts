import fc from 'fast-check';

interface Relation {
  readonly alias: string;
  readonly columns: readonly string[];
}

const STORED: Readonly<Record<string, readonly string[]>> = {
  T: ['A', 'B', 'D', 'X', 'F'],
  U: ['A', 'C', 'D'],
  W: ['B', 'E'],
};

/** Draws of one query. Every draw that is 0 is the plainest choice, so that counterexamples shrink. */
class Draws {
  readonly #draw: (below: number) => number;
  #made = 0;

  constructor(draw: (below: number) => number) {
    this.#draw = draw;
  }

  below(limit: number): number {
    return this.#draw(limit);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.#draw(items.length)];
    if (item === undefined) throw new Error('nothing to draw from');
    return item;
  }

  /** True once in `of` draws. */
  rarely(of: number): boolean {
    return this.#draw(of) === of - 1;
  }

  fresh(prefix: string): string {
    this.#made += 1;
    return `${prefix}${this.#made}`;
  }
}

/** A query whose names mostly mean something, and now and then do not. */
export const randomQuery: fc.Arbitrary<string> = fc.gen().map((gen) => {
  const draws = new Draws((below) => gen(fc.nat, { max: below - 1 }));
  return query(draws, STORED, [], 2).sql;
});

/** Whether a name is that of an alias, and of no stored column. */
function isOwn(name: string): boolean {
  return /^C\d/.test(name);
}

interface Made {
  readonly sql: string;
  readonly columns: readonly string[];
}

/** @param outer what encloses the query */
function query(
  draws: Draws,
  tables: Readonly<Record<string, readonly string[]>>,
  outer: readonly Relation[],
  depth: number,
): Made {
  const known = { ...tables };
  const commons: string[] = [];
  for (let count = depth > 0 ? draws.below(3) : 0; count > 0; count -= 1) {
    const name = draws.fresh('K');
    const made = query(draws, known, [], depth - 1);
    commons.push(`${name} as (${made.sql})`);
    known[name] = made.columns;
  }
  const body = draws.rarely(5) ? union(draws, known, depth) : select(draws, known, outer, depth);
  const order = draws.rarely(4)
    ? ` order by ${draws.rarely(8) ? 'missing_order' : draws.of(body.columns)}`
    : '';
  return {
    sql: `${commons.length === 0 ? '' : `with ${commons.join(', ')} `}${body.sql}${order}`,
    columns: body.columns,
  };
}

function union(draws: Draws, tables: Readonly<Record<string, readonly string[]>>, depth: number): Made {
  const left = select(draws, tables, [], depth - 1);
  const names = left.columns.map((name) => `null as ${name}`).join(', ');
  return { sql: `${left.sql} union all select ${names}`, columns: left.columns };
}

function select(
  draws: Draws,
  tables: Readonly<Record<string, readonly string[]>>,
  outer: readonly Relation[],
  depth: number,
): Made {
  const relations: Relation[] = [];
  const parts: string[] = [];
  for (let count = 1 + draws.below(3); count > 0; count -= 1) {
    const { sql, columns } = source(draws, tables, depth);
    const alias = draws.fresh('R');
    const shared = relations.length === 1 ? columns.filter((one) => relations[0]?.columns.includes(one)) : [];
    if (relations.length === 0) parts.push(`from ${sql} as ${alias}`);
    else if (shared.length > 0 && draws.rarely(3)) {
      parts.push(`join ${sql} as ${alias} using (${draws.of(shared)})`);
      relations.push({ alias, columns });
      // With a third table, a name alone may mean more than the first of two.
      break;
    } else {
      const on = `${alias}.${draws.of(columns)} is null`;
      parts.push(`${draws.of(['join', 'left join', 'right join', 'full join'])} ${sql} as ${alias} on ${on}`);
    }
    relations.push({ alias, columns });
  }
  const using = parts.some((part) => part.includes(' using ('));
  const scope: Scope = { relations, outer, using };
  const columns: string[] = [];
  const items: string[] = [];
  const add = (name: string): void => {
    columns.push(name);
  };
  if (!using && relations.length === 1 && draws.rarely(3))
    items.push(star(draws, relations[0] ?? relations[0], add));
  for (let count = 1 + draws.below(3); count > 0; count -= 1) {
    const name = draws.fresh('C');
    items.push(`${expression(draws, tables, scope, columns.filter(isOwn), depth)} as ${name}`);
    add(name);
  }
  const where = draws.rarely(3) ? ` where ${expression(draws, tables, scope, [], depth)} is not null` : '';
  const qualify = draws.rarely(6)
    ? ` qualify row_number() over (order by ${draws.of(columns.filter(isOwn))}) = 1`
    : '';
  return { sql: `select ${items.join(', ')} ${parts.join(' ')}${where}${qualify}`, columns };
}

function source(draws: Draws, tables: Readonly<Record<string, readonly string[]>>, depth: number): Made {
  if (depth > 0 && draws.rarely(4)) {
    const made = query(draws, tables, [], depth - 1);
    return { sql: `(${made.sql})`, columns: made.columns };
  }
  const name = draws.of(Object.keys(tables));
  return { sql: name, columns: tables[name] ?? [] };
}

/** `*` of one relation with its clauses. */
function star(draws: Draws, relation: Relation | undefined, add: (name: string) => void): string {
  const columns = relation?.columns ?? [];
  const [first = ''] = columns;
  const unique = new Set(columns).size === columns.length && columns.length > 1;
  switch (unique ? draws.below(4) : 0) {
    case 1:
      for (const name of columns.slice(1)) add(name);
      return `* exclude (${first})`;
    case 2:
      for (const name of columns) add(name === first ? 'RENAMED' : name);
      return `* rename (${first} as RENAMED)`;
    case 3:
      for (const name of columns) add(name);
      return `* replace (null as ${first})`;
    default:
      for (const name of columns) add(name);
      return draws.rarely(2) ? `${relation?.alias}.*` : '*';
  }
}

interface Scope {
  readonly relations: readonly Relation[];
  readonly outer: readonly Relation[];
  readonly using: boolean;
}

function reference(draws: Draws, scope: Scope, aliases: readonly string[]): string {
  if (draws.rarely(25)) return draws.of(['missing', `${scope.relations[0]?.alias}.missing`, 'nobody.A']);
  if (aliases.length > 0 && draws.rarely(4)) return draws.of(aliases);
  const relation =
    scope.outer.length > 0 && draws.rarely(4) ? draws.of(scope.outer) : draws.of(scope.relations);
  const column = draws.of(relation.columns);
  const alone =
    scope.using ||
    [...scope.relations, ...scope.outer].flatMap(({ columns }) => columns).filter((one) => one === column)
      .length === 1;
  return alone && draws.rarely(2) ? column : `${relation.alias}.${column}`;
}

function expression(
  draws: Draws,
  tables: Readonly<Record<string, readonly string[]>>,
  scope: Scope,
  aliases: readonly string[],
  depth: number,
): string {
  const inner = () => expression(draws, tables, scope, aliases, depth - 1);
  switch (depth > 0 ? draws.below(9) : 0) {
    case 1:
      return `(${inner()})::varchar`;
    case 2:
      return `case when ${inner()} is null then 1 else 2 end`;
    case 3:
      return `(${inner()} is null) = (${inner()} is not null)`;
    case 4:
      return `row_number() over (partition by ${inner()} order by 1)`;
    case 5: {
      const made = query(draws, tables, [...scope.relations, ...scope.outer], depth - 2);
      return `(exists (${made.sql}))`;
    }
    case 6:
      return `date_trunc(month, current_date)`;
    case 7:
      return `coalesce(${inner()}::varchar, 'x') || 'y'`;
    default:
      return reference(draws, scope, aliases);
  }
}
