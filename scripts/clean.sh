#!/bin/sh
# Removes what the other commands made in this checkout, the demo's data included.
set -eu
cd "$(dirname "$0")/.."
if [ -x .venv/bin/python ] && [ -d .data ]; then
    .venv/bin/python -c '
import sys
from pathlib import Path
sys.path.append("platform")
from trapframe.embedded import ServiceError, remove_data
try:
    for folder in (*Path(".data/tests").glob("[0-9]*"), Path(".data")):
        remove_data(folder)
except ServiceError as error:
    sys.exit(f"clean: {error}")
'
fi
rm -rf .data .venv .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
find . -name __pycache__ -type d -prune -exec rm -rf {} +
