import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options of every command that reads the dbt project, by dbt's names. */
export function projectOptions(command: Command): Command {
  return command
    .option('--vars <yaml>', "variables, as YAML or JSON: '{name: value}'")
    .addOption(new Option('-t, --target <name>', 'which schema it is about').choices(['dev', 'prod']))
    .option('--target-path <dir>', 'where its artifacts go; in the folder of --local-state unless given')
    .option('--warn-error', 'warnings are errors')
    .option(
      '--warn-error-options <yaml>',
      "which warnings are errors: '{error: all, warn: [LogTestResult], silence: []}'",
    );
}

/** Options of commands that work on chosen nodes. */
export function selectionOptions(command: Command): Command {
  return projectOptions(command)
    .option('-s, --select <selector...>', 'nodes to take, in dbt selection syntax')
    .addOption(new Option('-m, --models <selector...>', 'the older name of --select').hideHelp())
    .option('--exclude <selector...>', 'nodes to leave out')
    .option('--selector <name>', 'a selector of selectors.yml, in place of --select and --exclude')
    .addOption(
      new Option(
        '--indirect-selection <mode>',
        'which tests come along: with any node they read (eager), with all of them (cautious), …',
      ).choices(['eager', 'cautious', 'buildable', 'empty']),
    )
    .option('--resource-type <kind...>', 'of what is selected, these kinds only: model, seed, test, …')
    .option('--exclude-resource-type <kind...>', 'of what is selected, all but these kinds')
    .option('--state <dir>', 'artifacts of another run, for state:, result:, source_status: and --defer')
    .option('--threads <n>', 'nodes at the same time', wholeNumber);
}

/** Options of commands whose refs may lead to another environment. */
export function deferOptions(command: Command): Command {
  return command
    .option('--defer', 'refs to what is neither selected nor there lead to the relations of --state')
    .option('--defer-state <dir>', 'whose manifest --defer reads, if not that of --state')
    .option('--favor-state', 'with --defer: also refs to what is there, unless it is selected');
}

/** Options of commands that compile what nodes read. */
export function readingOptions(command: Command): Command {
  return command
    .option('--empty', 'refs and sources have no rows: the SQL runs, and computes nothing')
    .option('--sample <window>', "refs and sources with an event_time: '3 days', or '{start: …, end: …}'");
}

/** Options of commands that make relations. */
export function makingOptions(command: Command): Command {
  return checkOption(failFastOption(command))
    .option('-f, --full-refresh', 'make incremental models and seeds from nothing')
    .option('--no-audit', 'build straight into the published schemas, as dbt does: tests come too late');
}

/** Option of commands that send the SQL of nodes to the warehouse. */
export function checkOption(command: Command): Command {
  return command.option('--no-check', 'do not resolve the columns of all SQL before any of it runs');
}

export function failFastOption(command: Command): Command {
  return command.option('-x, --fail-fast', 'begin nothing more once a node has failed');
}

/** Options of commands that run tests. */
export function testingOptions(command: Command): Command {
  return command.option('--store-failures', 'keep the rows that tests find in tables');
}

/** Options of microbatch models. */
export function eventTimeOptions(command: Command): Command {
  return command
    .option('--event-time-start <time>', 'batches of microbatch models from here on, UTC')
    .option('--event-time-end <time>', 'and up to there; both or none');
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
