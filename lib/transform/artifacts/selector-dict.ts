import { parseCriterion } from '../select/criteria.ts';
import { asList, asRecord, asText, type Data, type DataRecord } from '../values.ts';

/** The selectors of `selectors.yml` as dbt's manifest has them: every criterion as a record of its method and value. */
export function selectorDicts(data: Data): Record<string, unknown> {
  const entries = asList(asRecord(data)?.selectors).flatMap((entry) => {
    const record = asRecord(entry);
    const name = asText(record?.name);
    return record === undefined || name === undefined ? [] : [[name, selectorDict(name, record)] as const];
  });
  return Object.fromEntries(entries);
}

function selectorDict(name: string, record: DataRecord): Record<string, unknown> {
  return {
    name,
    ...(record.description === undefined ? {} : { description: asText(record.description) ?? '' }),
    ...(record.default === undefined ? {} : { default: record.default }),
    definition: definitionDict(record.definition ?? null),
  };
}

function definitionDict(definition: Data): unknown {
  if (typeof definition === 'string') return criterionDict(definition);
  if (Array.isArray(definition)) return definition.map(definitionDict);
  const record = asRecord(definition);
  if (record === undefined) return definition;
  const parts = Object.entries(record);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && !['union', 'intersection', 'exclude'].includes(only[0])) {
    return { method: only[0], value: only[1] };
  }
  const nested = ['union', 'intersection', 'exclude'];
  return Object.fromEntries(
    parts.map(([key, value]) => [key, nested.includes(key) ? asList(value).map(definitionDict) : value]),
  );
}

function criterionDict(text: string): unknown {
  const criterion = parseCriterion(text);
  if (typeof criterion === 'string') return text;
  const { method, methodArguments, value, parents, children, childrensParents } = criterion;
  const depth = (name: string, steps: number): Record<string, unknown> =>
    steps === 0 ? {} : { [name]: true, ...(Number.isFinite(steps) ? { [`${name}_depth`]: steps } : {}) };
  return {
    method: [method ?? 'fqn', ...methodArguments].join('.'),
    value,
    ...(childrensParents ? { childrens_parents: true } : {}),
    ...depth('parents', parents),
    ...depth('children', children),
  };
}
