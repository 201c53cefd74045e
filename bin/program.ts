import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandAction } from './context.ts';
import {
  checkOption,
  deferOptions,
  eventTimeOptions,
  failFastOption,
  makingOptions,
  projectOptions,
  readingOptions,
  selectionOptions,
  testingOptions,
  wholeNumber,
} from './declare-options.ts';
import type { GlobalOptions } from './options.ts';

interface CommandModule<Options> {
  readonly run: CommandAction<Options>;
}

/** Commands of two words, by the first. */
const groups: Readonly<Record<string, string>> = {
  docs: 'the documentation of the dbt project, as one page',
  local: 'the embedded servers',
};

/**
 * Declares all commands. Their code is loaded when one is called, so that `--help` does not wait for the drivers.
 *
 * @param onExit takes the exit code of the command that ran
 */
export function createProgram(onExit: (exitCode: number) => void): Command {
  const program = new Command('sluice')
    .description("An application's Postgres data, in Snowflake, as tested tables.")
    .version('0.1.0')
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });

  const command = <Options extends object>(
    path: string,
    description: string,
    load: () => Promise<CommandModule<Options>>,
  ): Command => {
    const words = path.split(' ');
    const name = words.pop() ?? path;
    const parent = words.reduce<Command>(
      (at, word) =>
        at.commands.find((known) => known.name() === word) ??
        at.command(word).description(groups[word] ?? ''),
      program,
    );
    return parent
      .command(name)
      .copyInheritedSettings(program)
      .description(description)
      .option('--config <file>', 'the config file, or the folder that holds it', '.')
      .option('--local-state <dir>', 'where the embedded servers keep their state', '.sluice')
      .option('--json', 'one JSON object on stdout, logs on stderr', false)
      .option('--verbose', 'log what happens, as JSON lines on stderr', false)
      .action(async (...given: unknown[]) => {
        const self = given.at(-1);
        const [{ runCommand }, module] = await Promise.all([import('./context.ts'), load()]);
        if (!(self instanceof Command)) throw new TypeError('commander gives the command last');
        const named = Object.fromEntries(
          self.registeredArguments.map((argument, index) => [argument.name(), given[index]]),
        );
        const options = { ...self.opts<GlobalOptions & Options>(), ...named };
        onExit(await runCommand(options, options, module.run));
      });
  };

  command(
    'demo',
    'the whole way on this machine: sales from Postgres to tested tables',
    () => import('./commands/demo.ts'),
  )
    .option('--data <file>', 'take the "Online Retail" file (.csv, .csv.gz) instead of generated sales')
    .option('--days <n>', 'days of generated sales, ending yesterday', wholeNumber, 365)
    .option('--rows <n>', 'about how many generated sales', wholeNumber, 500_000)
    .option('--seed <n>', 'seed of the generated sales', wholeNumber, 1);

  options(
    command('run', 'plan, extract, load, check freshness, build, publish', () => import('./commands/run.ts')),
    [windows, checkOption],
  );
  windows(command('plan', 'what a run would do', () => import('./commands/plan.ts')));
  windows(
    command(
      'backfill',
      'load the days that are not loaded yet, some at a time',
      () => import('./commands/backfill.ts'),
    ),
  )
    .option('--dry-run', 'say which days, and about how many rows and bytes', false)
    .option('--again', 'also days that are loaded already', false);
  windows(command('extract', 'read windows from the source into S3', () => import('./commands/extract.ts')));
  command(
    'load',
    'bring what is staged into RAW now, and wait for it',
    () => import('./commands/load.ts'),
  ).option('--timeout <seconds>', 'how long to wait', wholeNumber, 900);
  command(
    'provision',
    'create or change what Sluice owns in Snowflake',
    () => import('./commands/provision.ts'),
  );

  command(
    'bootstrap',
    'print the SQL that an account admin of Snowflake runs once',
    () => import('./commands/bootstrap.ts'),
  )
    .option('--environment <name>', 'environment of the config')
    .option('--aws-account <id>', 'AWS account that the stack is deployed to')
    .option('--public-key <role=file...>', "public keys, with credentials: 'keyPair'");

  options(
    command(
      'build',
      'build and test the models, publish if all is well',
      () => import('./commands/build.ts'),
    ),
    [selectionOptions, deferOptions, readingOptions, makingOptions, eventTimeOptions, testingOptions],
  );
  options(
    command('test', 'test what is published', () => import('./commands/test.ts')),
    [selectionOptions, deferOptions, failFastOption, testingOptions, checkOption],
  );
  options(
    command('seed', 'load the CSV files of the project', () => import('./commands/seed.ts')),
    [selectionOptions, makingOptions],
  );
  options(
    command('snapshot', 'keep the versions of rows that changed', () => import('./commands/snapshot.ts')),
    [selectionOptions, deferOptions, readingOptions, makingOptions],
  );
  options(
    command(
      'clone',
      'make the models here as another environment has them, copying no data',
      () => import('./commands/clone.ts'),
    ),
    [selectionOptions],
  )
    .option('--defer-state <dir>', 'whose manifest says where they are, if not that of --state')
    .option('-f, --full-refresh', 'also what is there already');
  command(
    'deps',
    'install the packages of the project, as packages.yml and its lock say',
    () => import('./commands/deps.ts'),
  )
    .option('--lock', 'write package-lock.yml only', false)
    .option('--upgrade', 'take the newest versions that packages.yml allows', false)
    .option('--add-package <name@version>', 'add a package to packages.yml first')
    .addOption(
      new Option('--source <kind>', 'where the added package is')
        .choices(['hub', 'git', 'local'])
        .default('hub'),
    )
    .option('--vars <json>', 'variables, as a JSON object');
  options(
    command('prune', 'what no model makes any more', () => import('./commands/prune.ts')),
    [projectOptions],
  ).option('--drop', 'drop it', false);
  options(
    command('retry', 'go on with the last build from what failed', () => import('./commands/retry.ts')),
    [projectOptions, failFastOption, checkOption],
  ).option('--threads <n>', 'nodes at the same time', wholeNumber);
  options(
    command(
      'compile',
      'write the SQL of models and tests to files, run none of it',
      () => import('./commands/compile.ts'),
    ),
    [selectionOptions, deferOptions, readingOptions, checkOption],
  ).option('-f, --full-refresh', 'as a full refresh would have it');
  options(
    command('ls', 'what a selection selects', () => import('./commands/ls.ts')),
    [selectionOptions],
  );
  options(
    command('show', 'the first rows of what a node selects', () => import('./commands/show.ts')),
    [projectOptions, deferOptions, readingOptions],
  )
    .argument('<node>', 'a model, seed or test')
    .option('--state <dir>', 'artifacts of another run, for --defer')
    .option('--limit <n>', 'how many rows', wholeNumber, 5);
  options(
    command(
      'docs generate',
      'write catalog.json and a page that shows the whole project',
      () => import('./commands/docs-generate.ts'),
    ),
    [selectionOptions, deferOptions],
  )
    .option('--no-compile', 'show the SQL of an earlier compile, if there is one')
    .option('--empty-catalog', 'do not ask the warehouse for columns, rows and bytes')
    .option('--output <dir>', 'where to write; with the artifacts unless given')
    // What dbt needs the option for is what is always written.
    .addOption(new Option('--static', 'one file').hideHelp());
  command(
    'docs serve',
    'serve the page on this machine until Ctrl-C',
    () => import('./commands/docs-serve.ts'),
  )
    .option('--port <n>', 'port on 127.0.0.1', wholeNumber, 8080)
    .option('--open', 'open the browser')
    .option('--output <dir>', 'the folder that was written to');
  options(
    command(
      'lineage',
      'where a column comes from, and what is made of it',
      () => import('./commands/lineage.ts'),
    ),
    [projectOptions],
  )
    .argument('<node>', 'model.column, source.table.column, or a model or source for all of its columns')
    .option('--up', 'only what it is made of')
    .option('--down', 'only what is made of it')
    .option('--depth <n>', 'how many nodes far', wholeNumber);
  command(
    'ci',
    'build what a pull request changes beside production, compare, and comment on it',
    () => import('./commands/ci.ts'),
  )
    .option('--pr <number>', 'the pull request; from GITHUB_EVENT_PATH unless given', wholeNumber)
    .option('--base <commit>', 'what it is merged into; from GITHUB_EVENT_PATH unless given')
    .option('--close', 'drop what was built for it', false)
    .option('--days <n>', 'days of generated sales, without a Snowflake', wholeNumber, 30)
    .option('--rows <n>', 'about how many generated sales, without a Snowflake', wholeNumber, 20_000);
  options(
    command(
      'freshness',
      'how old the sources are, against their limits',
      () => import('./commands/freshness.ts'),
    ),
    [selectionOptions],
  );
  command(
    'status',
    'what is loaded, window by window, and what needs a person',
    () => import('./commands/status.ts'),
  ).option('--table <name>', 'this table only');
  windows(
    command(
      'reconcile',
      'rows in the source, in manifests, landed and in RAW, per window',
      () => import('./commands/reconcile.ts'),
    ),
  )
    .option('--checksum', 'compare what the rows hold, too', false)
    .option('--columns', 'with --checksum: name the columns that differ', false)
    .option('--deletes', 'compare the keys instead, and name those that the source has no more', false)
    .option('--apply', 'with --deletes: remove the rows of these keys from RAW', false)
    .option('--most <percent>', 'with --apply: refuse to remove more of a table than this', wholeNumber);
  command('query', 'run one statement in Snowflake', () => import('./commands/query.ts')).argument(
    '<sql>',
    'Snowflake SQL',
  );
  command(
    'discover',
    'read a database and propose a config for it, with reasons',
    () => import('./commands/discover.ts'),
  )
    .option('--schema <name...>', 'these schemas only')
    .option('--write <file>', 'write the config to a new file instead of showing it');
  command('doctor', 'check everything a run needs, and name the fix', () => import('./commands/doctor.ts'));
  command(
    'local up',
    'start Postgres, S3 and Snowflake on this machine until Ctrl-C',
    () => import('./commands/local-up.ts'),
  )
    .option('--postgres-port <n>', 'port of Postgres', wholeNumber)
    .option('--s3-port <n>', 'port of S3', wholeNumber)
    .option('--snowflake-port <n>', 'port of Snowflake', wholeNumber);
  return program;
}

function windows(command: Command): Command {
  return command
    .option('--from <day>', 'first business day, YYYY-MM-DD', day)
    .option('--to <day>', 'last business day, YYYY-MM-DD', day)
    .option('--table <name...>', 'these tables only');
}

function options(command: Command, declared: readonly ((command: Command) => Command)[]): Command {
  for (const declare of declared) declare(command);
  return command;
}

function day(text: string): string {
  const date = new Date(`${text}T00:00:00Z`);
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    Number.isNaN(date.valueOf()) ||
    date.toISOString().slice(0, 10) !== text
  ) {
    throw new InvalidArgumentError('expected a day, YYYY-MM-DD');
  }
  return text;
}
