#!/bin/sh
# Compiles the pinned requirement files from pyproject.toml; run it after changing a dependency there.
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-header --no-emit-index-url --no-emit-find-links --custom-compile-command requirements/compile.sh "$@"
}
compile pyproject.toml --output-file requirements/production.txt
compile pyproject.toml --extra embedded --output-file requirements/demo.txt
compile pyproject.toml --extra embedded --group dev --output-file requirements/dev.txt
