#!/bin/sh
# Makes .venv with the pinned requirements; does nothing when nothing changed.
#
#   scripts/setup.sh demo|dev      (dev is demo and the tools of lint and test)
#
# PYTHON names the interpreter (3.11 or newer); without it the first that fits is taken.
# uv is used when it is on PATH, because it is faster; pip does as well.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
kind=${1:?usage: scripts/setup.sh demo|dev}
venv=.venv

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" || die "PYTHON=$PYTHON is not a Python 3.11 or newer"
        printf '%s\n' "$PYTHON"
        return
    fi
    for name in python3.11 python3.12 python3.13 python3; do
        if new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    die "no Python 3.11 or newer found: install it (Debian: apt-get install python3 python3-venv), or set PYTHON"
}

make_environment() {
    python=$1
    say "making $venv with $python"
    rm -rf "$venv"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv "$venv"
    elif command -v uv >/dev/null; then
        uv venv --quiet --python "$python" "$venv"
    elif "$python" -m virtualenv --version >/dev/null 2>&1; then
        "$python" -m virtualenv --quiet "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip "$venv"
    else
        die "$python has neither venv nor pip: install them (Debian: apt-get install python3-venv)"
    fi
    printf '%s\n' "$root" >"$venv/.location"
}

install() {
    requirements=$1
    if command -v uv >/dev/null; then
        VIRTUAL_ENV="$root/$venv" uv pip install --quiet --require-hashes -r "$requirements" && return
        say "uv failed; trying pip"
    fi
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$requirements"
    else
        python=$(find_python)
        "$python" -m pip --python "$venv/bin/python" install -qq --disable-pip-version-check --require-hashes -r "$requirements"
    fi
}

hash_of() { cksum <"$1"; }

is_current() { [ -f "$venv/.installed-$1" ] && [ "$(cat "$venv/.installed-$1")" = "$(hash_of "requirements/$1.txt")" ]; }

[ -f "requirements/$kind.txt" ] || die "there is no requirements/$kind.txt"
# An environment that was made elsewhere and moved has the old place in its programs.
if [ -f "$venv/.location" ]; then made_in=$(cat "$venv/.location"); else made_in=$root; fi
if [ "$made_in" != "$root" ] || ! [ -x "$venv/bin/python" ] || ! new_enough "$venv/bin/python"; then
    python=$(find_python)
    make_environment "$python"
fi
if ! is_current "$kind" && ! is_current dev; then
    say "installing requirements/$kind.txt (hashes are checked)"
    install "requirements/$kind.txt"
    hash_of "requirements/$kind.txt" >"$venv/.installed-$kind"
fi
# The checkout is importable from anywhere: the root and the source root platform/.
"$venv/bin/python" - "$root" <<'PYTHON'
import pathlib, sys, sysconfig
lines = f"{sys.argv[1]}\n{sys.argv[1]}/platform\n"
pathlib.Path(sysconfig.get_path("purelib"), "trapframe.pth").write_text(lines)
PYTHON
