import { typeFrom } from '../../../lib/transform/analysis/known-columns.ts';
import type { Catalog, Table, TableColumn } from '../../../lib/transform/analysis/query/index.ts';

export function column(name: string, type?: string, nullable = true): TableColumn {
  return { name, type: typeFrom(type), nullable };
}

/** A catalog of tables by name; a table that it does not have is certain to be missing unless its name begins with `?`. */
export function tables(columns: Readonly<Record<string, readonly TableColumn[]>>): Catalog {
  const known = new Map(
    Object.entries(columns).map(([name, own]): [string, Table] => [
      name,
      { id: name.toLowerCase(), columns: own, complete: true },
    ]),
  );
  return {
    table: (name) => {
      const last = name.at(-1) ?? '';
      if (last.startsWith('?')) return undefined;
      return known.get(last) ?? 'missing';
    },
    known: [...known.keys()],
  };
}
