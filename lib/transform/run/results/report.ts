import { isTest } from '../../graph/node.ts';
import type { BuildReport, ModelResult, TestResult, TransformOptions } from '../../options.ts';
import { publishedRelation } from '../compile/placement.ts';
import { severityOf } from '../nodes/execute-test.ts';
import type { Outcome } from './outcome.ts';

/** Tells the caller that a node is over. */
export function reportNode(options: TransformOptions, outcome: Outcome): void {
  const { node, status, ms, rows, message } = outcome;
  options.onNode?.({ kind: node.resourceType, name: node.name, status, ms, rows, message });
}

/** The report of a build, its nodes in the order in which they ended. */
export function buildReport(
  input: Omit<BuildReport, 'models' | 'tests' | 'freshness' | 'problems'> & {
    readonly outcomes: readonly Outcome[];
  },
): BuildReport {
  const { outcomes, ...rest } = input;
  return {
    ...rest,
    models: outcomes.filter(({ node }) => !isTest(node)).map(modelResult),
    tests: outcomes.filter(({ node }) => isTest(node)).map(testResult),
    freshness: [],
    problems: outcomes
      .filter(({ status }) => status === 'error' || status === 'fail')
      .map(({ node, message }) => message ?? node.name),
  };
}

function modelResult({ node, status, rows, ms, message }: Outcome): ModelResult {
  return {
    name: node.name,
    relation: publishedRelation(node).print(),
    rows,
    status: status === 'error' || status === 'skipped' ? status : 'success',
    ms,
    ...(status === 'success' || message === null ? {} : { error: message }),
  };
}

function testResult({ node, status, failures, ms, message, path, examples }: Outcome): TestResult {
  return {
    name: node.name,
    status: status === 'success' ? 'pass' : status,
    failures,
    severity: severityOf(node),
    ms,
    file: node.originalPath,
    ...(path === null ? {} : { compiledPath: path }),
    ...(examples === undefined ? {} : { examples }),
    ...(status === 'pass' || message === null ? {} : { error: message }),
  };
}
