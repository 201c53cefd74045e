import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = resolve(import.meta.dirname, '../../.github/workflows');

interface Job {
  readonly uses?: string;
  readonly if?: string;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly steps?: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const workflow: Workflow = parse(text);
  return { name, text, workflow, jobs: Object.entries(workflow.jobs) };
});

test('there are checks, models and deployment', () => {
  expect(workflows.map(({ name }) => name).sort()).toEqual(['ci.yml', 'deploy.yml', 'models.yml']);
});

test.each(workflows)('$name takes every action by its commit, and says which version that is', ({ text }) => {
  const used = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, reference]) => reference);
  const foreign = used.filter((reference) => !reference?.startsWith('./'));
  for (const reference of foreign) {
    expect(reference).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
});

test('one version of each action everywhere', () => {
  const used = workflows.flatMap(({ text }) => [...text.matchAll(/uses: ([\w-]+\/[\w-]+)@(\S+)/g)]);
  const commits = new Map<string, Set<string>>();
  for (const [, action = '', commit = ''] of used) {
    commits.set(action, (commits.get(action) ?? new Set()).add(commit));
  }
  expect([...commits].filter(([, versions]) => versions.size > 1)).toEqual([]);
});

test.each(workflows)('$name may read, and more only in the job that needs it', ({ workflow, jobs }) => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  const more = jobs.flatMap(([name, { permissions = {} }]) =>
    Object.entries(permissions)
      .filter(([, access]) => access === 'write')
      .map(([permission]) => [name, permission]),
  );
  const allowed = [
    ['diff', 'pull-requests'],
    ['deploy', 'id-token'],
    ['warehouse', 'pull-requests'],
    ['warehouse', 'id-token'],
    ['embedded', 'pull-requests'],
    ['close', 'id-token'],
  ];
  for (const permission of more) expect(allowed).toContainEqual(permission);
});

test.each(workflows)(
  '$name runs nothing of a fork with secrets, and leaves no token in the checkout',
  ({ workflow, jobs, text }) => {
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    expect(text).not.toMatch(/\$\{\{ *secrets\./);
    for (const [, { steps = [] }] of jobs) {
      for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
        expect(step.with).toMatchObject({ 'persist-credentials': false });
      }
    }
  },
);

test.each(workflows)(
  '$name bounds every job in time, and queues or replaces what it overtakes',
  ({ jobs, text }) => {
    for (const [, job] of jobs) {
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    }
    expect(text).toMatch(/^\s*concurrency:/m);
  },
);

test('production is deployed after the checks, behind an approval, by OIDC', () => {
  const deploy = workflows.find(({ name }) => name === 'deploy.yml');
  const job = deploy?.workflow.jobs.deploy;
  expect(job).toMatchObject({
    needs: 'checks',
    environment: 'production',
    permissions: { 'id-token': 'write', contents: 'read' },
    concurrency: { group: 'deploy', 'cancel-in-progress': false },
  });
  expect(deploy?.workflow.jobs.checks).toMatchObject({ uses: './.github/workflows/ci.yml' });
});

test('no text of a pull request is put into a script', () => {
  for (const { text } of workflows) {
    for (const [, script = ''] of text.matchAll(/run: \|\n((?: {10,}.*\n|\n)+)/g)) {
      expect(script).not.toContain('${{');
    }
  }
});

test('a pull request is built, and what it built is dropped when it closes; a fork gets no token', () => {
  const models = workflows.find(({ name }) => name === 'models.yml');
  expect(models?.workflow.on.pull_request).toMatchObject({
    types: ['opened', 'synchronize', 'reopened', 'closed'],
  });
  const { warehouse, embedded, close } = models?.workflow.jobs ?? {};
  for (const job of [warehouse, close])
    expect(job?.if).toContain('pull_request.head.repo.full_name == github.repository');
  expect(JSON.stringify(embedded?.steps)).toContain(
    "pull_request.head.repo.full_name == github.repository && github.token || ''",
  );
  expect(JSON.stringify(close?.steps)).toContain('ci --close');
});
