/** Where in the page a reader is: `#!/model/model.shop.orders?column=id`. */
export interface Route {
  /** `overview`, `lineage`, `run`, `list`, or a kind of node. */
  readonly view: string;
  readonly id: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads the part of an address after `#`. Links that dbt's page would understand lead to the same node here. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?!?\/?/, '').split('?', 2);
  const [view = '', ...rest] = path.split('/').map(decoded);
  return {
    view: view === '' ? 'overview' : view,
    id: rest.join('/'),
    parameters: new Map(new URLSearchParams(query)),
  };
}

/** The address of a view, with the parameters that have a value. */
export function hrefOf(
  view: string,
  id = '',
  parameters: Readonly<Record<string, string | number | null | undefined>> = {},
): string {
  const given = Object.entries(parameters).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  const query = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const path = id === '' ? view : `${view}/${encodeURIComponent(id)}`;
  return `#!/${path}${query === '' ? '' : `?${query}`}`;
}

/** An address with a stray `%` is still an address. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
