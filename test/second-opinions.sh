#!/usr/bin/env bash
# Asks other tools about what they know better: Jinja2 about templates, sqlfluff about Snowflake's grammar, cfn-lint about
# CloudFormation, actionlint about workflows. Expects the tools of second-opinions.txt in the path; ends with 1 when one disagrees.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo '--- Jinja2: the cases of lib/jinja'
python test/jinja/check-cases.py

echo '--- sqlfluff: what snowflake/ renders to'
node test/snowflake/render-sql.ts "$work/sql"
sqlfluff lint --config test/snowflake/.sqlfluff "$work/sql"

echo '--- cfn-lint: the templates'
npx cdk synth --quiet --output "$work/cdk.out"
# W3005 is about DependsOn that the CDK writes beside a GetAtt: superfluous, not wrong.
cfn-lint --ignore-checks W3005 -- "$work"/cdk.out/*.template.json

if command -v go >/dev/null; then
  echo '--- actionlint: the workflows'
  go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.7
fi
