#!/usr/bin/env bash
# The flask command with this checkout's settings: scripts/flask.sh user create …
# What the environment says goes before the settings, as in scripts/serve.py.
set -euo pipefail
cd "$(dirname "$0")/.."
given="$(export -p)"
if [ -f instance/settings.env ]; then set -a; . instance/settings.env; set +a; eval "$given"; fi

# Links in letters lead to where this checkout is served: by PORT, or at the address that serving left behind.
address="${TRAINING_INSTANCE_DIR:-instance}/address"
if [ -z "${TRAINING_PUBLIC_URL:-}" ]; then
  if [ -n "${PORT:-}" ]; then export TRAINING_PUBLIC_URL="http://127.0.0.1:$PORT"
  elif [ -f "$address" ]; then TRAINING_PUBLIC_URL="$(cat "$address")"; export TRAINING_PUBLIC_URL; fi
fi
exec .venv/bin/flask "$@"
