#!/usr/bin/env bash
# All tests on SQLite, then on a throwaway PostgreSQL. With CI=true a test that must be left out is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
what=("${@:-tests}")
has_browser() { command -v chromium >/dev/null; }
has_postgresql() { ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }
if ! has_browser || ! has_postgresql; then
  if [ "$(id -u)" -eq 0 ]; then scripts/system.sh; fi
fi
left_out=0
marks=()
if ! has_browser; then
  echo "LEFT OUT: the browser tests, because chromium is not installed (make system says how)." >&2
  marks=(-m "not browser"); left_out=1
fi
echo "== on SQLite"
TEST_DATABASE=sqlite .venv/bin/pytest -n "${TEST_PROCESSES:-2}" "${marks[@]}" "${what[@]}"
if has_postgresql; then
  echo "== on PostgreSQL"  # how pages look does not depend on it, and was seen
  .venv/bin/python -m tests.postgres .venv/bin/pytest -n "${TEST_PROCESSES:-2}" --ignore tests/browser/test_every_page.py \
    "${marks[@]}" "${what[@]}"
else
  echo "LEFT OUT: all tests on PostgreSQL, because it is not installed (make system says how)." >&2
  left_out=1
fi
if [ $left_out -eq 1 ] && [ "${CI:-}" = true ]; then
  echo "CI=true: leaving tests out is a failure." >&2
  exit 1
fi
