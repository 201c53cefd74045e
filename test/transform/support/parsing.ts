import type { GraphNode, SqlNode } from '../../../lib/transform/graph/node.ts';
import { ProjectError } from '../../../lib/transform/index.ts';
import { type ParsedProject, parseProject } from '../../../lib/transform/parse/project.ts';
import type { DataRecord } from '../../../lib/transform/values.ts';
import { dbtProject } from './projects.ts';

export interface ParseFacts {
  readonly vars?: DataRecord;
  readonly env?: NodeJS.ProcessEnv;
  /** Told every message of the parse. */
  readonly say?: (message: string) => void;
}

/** A project of these files, read without a warehouse. */
export function parsed(files: Readonly<Record<string, string>>, facts: ParseFacts = {}): ParsedProject {
  return parseProject({
    directory: dbtProject(files),
    vars: facts.vars ?? {},
    env: facts.env ?? {},
    scope: {
      target: { name: 'dev', database: 'D', schema: 'DEV', warehouse: 'W', role: 'R', threads: 1 },
      invocationId: 'i',
      startedAt: new Date('2026-11-21T09:00:00Z'),
      fullRefresh: false,
      command: 'build',
      say: facts.say ?? (() => undefined),
      graph: () => ({}),
    },
  });
}

/** What is wrong with a project: `file:line | message | hint`, one text a problem. */
export function problemsOf(files: Readonly<Record<string, string>>, facts: ParseFacts = {}): string[] {
  try {
    parsed(files, facts);
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    return error.problems.map(({ file, line, message, hint }) =>
      [`${file}:${line ?? ''}`, message.split('\n')[0], hint?.trim() ?? ''].join(' | '),
    );
  }
  return [];
}

export function messagesOf(files: Readonly<Record<string, string>>): string[] {
  const messages: string[] = [];
  parsed(files, { say: (message) => messages.push(message) });
  return messages;
}

/** The node of an id, which has SQL. */
export function sqlNode(project: ParsedProject, id: string): SqlNode {
  const node: GraphNode | undefined = project.nodes.get(id);
  if (node === undefined || node.resourceType === 'source') throw new Error(`no ${id}`);
  return node;
}
