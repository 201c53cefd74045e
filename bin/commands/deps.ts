import { SluiceError } from '../../lib/config/index.ts';
import { type DepsOptions, installPackages, type PackageDone } from '../../lib/transform/index.ts';
import type { CommandContext } from '../context.ts';
import { transformChoice } from '../transform-choice.ts';

interface DepsArguments {
  readonly lock: boolean;
  readonly upgrade: boolean;
  readonly addPackage?: string;
  readonly source: 'hub' | 'git' | 'local';
  readonly vars?: string;
}

/** `sluice deps`: what packages.yml asks for, into dbt_packages; as package-lock.yml says, which is written if need be. */
export async function run(context: CommandContext, options: DepsArguments): Promise<0> {
  const { output, signal } = context;
  const { project } = await context.project();
  const report = await installPackages({
    directory: project.models.path,
    project,
    lockOnly: options.lock,
    upgrade: options.upgrade,
    ...varsOf(options),
    ...(options.addPackage === undefined ? {} : { add: packageToAdd(options.addPackage, options.source) }),
    signal,
    onPackage: (done) => output.line(lineOf(done)),
    onWarning: (message) => output.line(output.style('yellow', `! ${message}`)),
  });
  for (const name of report.removed) output.line(`removed    ${name}`);
  if (report.packages.length === 0) output.line('packages.yml asks for no packages.');
  else if (report.locked) output.line('package-lock.yml is written; keep it with the project.');
  output.result(report);
  return 0;
}

function varsOf(options: DepsArguments): Pick<DepsOptions, 'vars'> {
  const { vars } = transformChoice(options.vars === undefined ? {} : { vars: options.vars });
  return vars === undefined ? {} : { vars };
}

function lineOf({ status, name, version, from, newest }: PackageDone): string {
  const short = version !== null && /^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version;
  const later = newest === undefined ? '' : `  (${newest} is out)`;
  return `${status.padEnd(9)}  ${name}${short === null ? '' : ` ${short}`}  from ${from}${later}`;
}

/** `dbt-labs/dbt_utils@1.1.1`; the last `@` divides, for addresses of repositories have one too. */
function packageToAdd(text: string, source: DepsArguments['source']): NonNullable<DepsOptions['add']> {
  const at = text.lastIndexOf('@');
  const name = at > 0 ? text.slice(0, at) : text;
  const version = at > 0 ? text.slice(at + 1) : undefined;
  if (name === '' || version === '' || (source === 'hub' && version === undefined)) {
    throw new SluiceError({
      code: 'PACKAGES_INVALID',
      kind: 'usage',
      message: `--add-package ${text} does not say which version.`,
      hint: 'Write it as --add-package dbt-labs/dbt_utils@1.1.1, or "…@>=1.0.0,<2.0.0" for a range.',
    });
  }
  return { name, source, ...(version === undefined ? {} : { version }) };
}
