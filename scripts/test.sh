#!/usr/bin/env bash
# Format, lint and types. Then all tests on SQLite, with coverage. Then the tests that touch a database, on a
# throwaway PostgreSQL. Arguments go to pytest: then only those tests run, on both databases.
# With CI=true, leaving a test out is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE  # with it, every process of every run would compile all tests anew
export PYTHONPYCACHEPREFIX="$PWD/.cache/pycache"
has_browser() { command -v chromium >/dev/null; }
has_postgresql() { ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }
if ! has_browser || ! has_postgresql; then
  if [ "$(id -u)" -eq 0 ]; then scripts/system.sh; fi
fi
pytest=(.venv/bin/pytest -n "${TEST_PROCESSES:-2}" --dist worksteal)
not_again=" and not once"  # the long profile runs all on both databases
if [ "${STORM:-}" = full ]; then pytest+=(-o timeout=7200 -o faulthandler_timeout=7260); not_again=""; fi
left_out=0
marks=""
if ! has_browser; then
  echo "LEFT OUT: the browser tests, because chromium is not installed (make system says how)." >&2
  marks=" and not browser"; left_out=1
fi
on_sqlite() {
  echo "== on SQLite: $*"
  TEST_DATABASE=sqlite "${pytest[@]}" -m "(database or not database)$marks" "$@"
}
if [ $# -gt 0 ]; then
  on_sqlite "$@"
else
  scripts/check.sh
  mkdir -p .cache
  export TEST_SECONDS="$PWD/.cache/seconds.json"
  # Lines are counted where services and pages are tested. Counting makes a test half as long again, and the other
  # tests reach no more of what has a floor.
  covered=(tests/services tests/web tests/isolation/test_revocation.py tests/test_backups.py tests/test_foundation.py
           tests/laws/test_policy.py tests/laws/test_architecture.py)
  on_sqlite --cov --cov-report= --durations=10 "${covered[@]}"
  .venv/bin/python scripts/coverage_floors.py
  on_sqlite --durations=15 "${covered[@]/#/--ignore=}" tests
  unset TEST_SECONDS
  set -- --durations=15 tests
fi
if has_postgresql; then
  echo "== on PostgreSQL: what touches a database and may depend on which"
  status=0
  .venv/bin/python -m tests.postgres "${pytest[@]}" -m "database$not_again$marks" "$@" || status=$?
  if [ $status -ne 0 ] && [ $status -ne 5 ]; then exit $status; fi  # 5: no test here touches a database
else
  echo "LEFT OUT: all tests on PostgreSQL, because it is not installed (make system says how)." >&2
  left_out=1
fi
if [ $left_out -eq 1 ] && [ "${CI:-}" = true ]; then
  echo "CI=true: leaving tests out is a failure." >&2
  exit 1
fi
