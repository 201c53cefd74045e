import { doubleText } from '../config/index.ts';

/** Numbers of a document are compared as doubles; beyond these all are alike. */
const leastDouble = '1e-307';
const mostDouble = '1e308';

/**
 * SQL of the text form of a document: how many values it has on all levels, and the sum of their digests, each with the name of its
 * member (docs/decisions/0012). Neither the order of members nor how a number is written counts.
 *
 * @param value SQL of json or jsonb that is not NULL and that jsonb takes
 */
export function documentForm(value: string): string {
  const document = `(${value})::text::jsonb`;
  const digest = `md5(convert_to(md5(convert_to(node.name, 'UTF8')) || ${leafText}, 'UTF8'))`;
  const half = `('x' || substr(${digest}, 17, 16))::bit(64)::bigint`;
  return `(SELECT concat(count(*), '/', sum(counted.half) + 18446744073709551616 * count(*) FILTER (WHERE counted.half < 0))
    FROM (SELECT ${half} AS half FROM (
      SELECT '' AS name, ${document} AS content
      UNION ALL
      SELECT member.key, member.value
      FROM jsonb_path_query(${document}, 'strict $.**') AS part (content),
        jsonb_each(CASE WHEN jsonb_typeof(part.content) = 'object' THEN part.content ELSE '{}' END) AS member
      UNION ALL
      SELECT '', element.value
      FROM jsonb_path_query(${document}, 'strict $.**') AS part (content),
        jsonb_array_elements(CASE WHEN jsonb_typeof(part.content) = 'array' THEN part.content ELSE '[]' END) AS element
    ) AS node) AS counted)`;
}

const number = `(node.content #>> '{}')::numeric`;

const leafText = `CASE jsonb_typeof(node.content)
  WHEN 'string' THEN concat('s', node.content #>> '{}')
  WHEN 'boolean' THEN concat('b', node.content #>> '{}')
  WHEN 'null' THEN 'z'
  WHEN 'object' THEN 'o'
  WHEN 'array' THEN 'a'
  ELSE CASE
    WHEN ${number} = 0 THEN 'n0'
    WHEN abs(${number}) BETWEEN ${leastDouble} AND ${mostDouble} THEN concat('n', ${doubleText(`(${number})::text::float8`)})
    ELSE 'n?'
  END
END`;
