import { printValue } from '../../../jinja/index.ts';
import type { Warehouse } from '../../../snowflake/index.ts';
import { nodeDict } from '../../artifacts/node-dict.ts';
import { RunConfig } from '../../context/config-object.ts';
import { compilerError } from '../../context/exceptions.ts';
import { TemplateFile } from '../../context/macros.ts';
import { NodeContext } from '../../context/node-context.ts';
import type { SqlNode } from '../../graph/node.ts';
import type { ParsedProject } from '../../parse/project.ts';
import { asRecord, asText } from '../../values.ts';
import { publishedRelation } from '../compile/placement.ts';

/**
 * The session, with the project's `query-comment` on each statement of a node. It is put at the end unless told otherwise:
 * Snowflake takes comments off the beginning of a statement before it keeps its text.
 */
export function commenting(project: ParsedProject, node: SqlNode, warehouse: Warehouse): Warehouse {
  const { queryComment } = project.loaded.root;
  const said = asRecord(queryComment);
  const template = said === undefined ? asText(queryComment) : asText(said.comment);
  if (template === undefined || template.trim() === '') return warehouse;
  const append = said?.append !== false;
  let comment: string | undefined;
  return {
    execute: async (sql, options) => {
      // Rendered by the first statement, so that what is wrong with it is an error of the node.
      comment ??= rendered(template, project, node);
      if (comment === '') return await warehouse.execute(sql, options);
      const parts = append ? [sql, `/* ${comment} */`] : [`/* ${comment} */`, sql];
      return await warehouse.execute(parts.join('\n'), options);
    },
    close: () => warehouse.close(),
  };
}

function rendered(template: string, project: ParsedProject, node: SqlNode): string {
  const { scope, templates } = project;
  const dict = nodeDict(node);
  const context = new NodeContext({
    scope,
    environment: templates.compiling,
    packageName: scope.rootPackage,
    config: new RunConfig(node.config, 'query-comment'),
    thisRelation: publishedRelation(node),
    model: () => dict,
    extra: new Map<string, unknown>([
      ['node', dict],
      ['connection_name', node.uniqueId],
    ]),
    ref: () => nothingToRead('ref'),
    source: () => nothingToRead('source'),
  });
  const text = new TemplateFile(template, 'dbt_project.yml (query-comment)')
    .in(templates.compiling)
    .renderSync(context.resolve);
  const comment = printValue(text).trim();
  if (comment.includes('*/')) {
    throw compilerError('the `query-comment` of dbt_project.yml has "*/" in it, which would end it');
  }
  return comment;
}

function nothingToRead(name: string): never {
  throw compilerError(`${name}() has no meaning in a query-comment`);
}
