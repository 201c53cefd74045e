# What dbt itself selects: cases as JSON on stdin, the unique ids of each as JSON on stdout. Used by second-opinion-selection.ts.
import contextlib
import io
import json
import sys

from dbt.cli.main import dbtRunner

project, target = sys.argv[1:3]
place = ['--project-dir', project, '--profiles-dir', project, '--target-path', target, '--log-path', target]
with contextlib.redirect_stdout(io.StringIO()):
    parsed = dbtRunner().invoke(['--quiet', 'parse', *place])
if not parsed.success:
    raise SystemExit(f'dbt does not read the project: {parsed.exception}')
runner = dbtRunner(manifest=parsed.result)
answers = []
for case in json.load(sys.stdin):
    arguments = ['--quiet', 'ls', *place, '--output', 'json', '--output-keys', 'unique_id']
    for name, values in case.items():
        arguments += [f'--{name}', *values]
    with contextlib.redirect_stdout(io.StringIO()):
        answer = runner.invoke(arguments)
    if not answer.success:
        raise SystemExit(f'dbt refuses {case}: {answer.exception}')
    answers.append(sorted(json.loads(line)['unique_id'] for line in answer.result or []))
json.dump(answers, sys.stdout)
