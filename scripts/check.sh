#!/usr/bin/env bash
# The checks that run no tests: format, lint, types, and the markup of templates.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
echo "== format, lint, types, templates"
"$bin/ruff" format --check --quiet . || { echo "Not formatted: make format" >&2; exit 1; }
"$bin/ruff" check --quiet .
"$bin/mypy"
"$bin/djlint" --lint --quiet templates
