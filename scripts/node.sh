#!/usr/bin/env bash
# Run a command with the system's Node if it is new enough, else with the Node of a Python package.
set -euo pipefail
cd "$(dirname "$0")/.."
major=$( (command -v npm >/dev/null && node --version 2>/dev/null || echo v0) | sed 's/^v//; s/\..*//')
if [ "$major" -lt 18 ]; then
  if [ ! -x .cache/node/bin/npm ]; then
    python3 -m venv .cache/node
    .venv/bin/uv pip install --quiet --python .cache/node/bin/python --require-hashes -r requirements-node.txt
  fi
  PATH="$PWD/.cache/node/bin:/usr/bin:/bin"
fi
exec "$@"
