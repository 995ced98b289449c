#!/usr/bin/env bash
# The flask command with this checkout's settings: scripts/flask.sh user create …
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -f instance/settings.env ]; then set -a; . instance/settings.env; set +a; fi
exec .venv/bin/flask "$@"
