#!/bin/sh
# Hands a mail server's report over to the application: bounced.sh [recipient] < report. See docs/bounces.md.
# A report that is refused is done with. Whatever else goes wrong asks the mail server to try again later.
cd "$(dirname "$0")/.." || exit 75
scripts/flask.sh mail bounced - --pipe --recipient "${1:-${ORIGINAL_RECIPIENT:-}}" || exit 75
