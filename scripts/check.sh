#!/bin/sh
# What must hold for a change. All the steps named run, even when one fails; the exit
# status tells whether one did.
#
#   scripts/check.sh STEP...       of: style types contracts migrations settings tests
#
# PYTEST_ARGS goes to pytest; with it, coverage is not measured.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
out=.data/tests
failed=
mkdir -p "$out"
: >"$out/pytest.log"

style() {
    "$python" -m ruff check . && "$python" -m ruff format --check .
}

types() {
    "$python" -m mypy
}

contracts() {
    .venv/bin/lint-imports --no-logo
}

migrations() {
    "$python" manage.py makemigrations --check --dry-run
}

# As in production: its own services named, a real key, HTTPS.
settings() {
    env DATABASE_URL=postgresql://trapframe@database/trapframe \
        CELERY_BROKER_URL=redis://broker/0 \
        TRAPFRAME_SECRET_KEY="$("$python" -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        TRAPFRAME_HOSTS=quiz.example.org \
        "$python" manage.py check --deploy --fail-level WARNING
}

# First what needs no processes of its own, then what starts workers, servers and
# browsers: a file of those stays in one process, which has services of its own. Where
# a broker is given it is one for all: then nothing runs beside anything.
tests() {
    rm -f .coverage .coverage.*
    if [ -n "${PYTEST_ARGS:-}" ]; then
        # shellcheck disable=SC2086  PYTEST_ARGS is a list of words
        unmeasured $PYTEST_ARGS
        return
    fi
    passed=yes
    at_once=$(nproc)
    [ -z "${CELERY_BROKER_URL:-}" ] || at_once=0
    measured -q -n "$(nproc)" -m "not browser and not pipeline" || passed=no
    unmeasured -n "$at_once" --dist loadfile -m "browser or pipeline" || passed=no
    [ "$passed" = yes ] && coverage_bars
}

# Coverage makes processes start three times as slowly; what only they reach is no part of the bars.
measured() {
    logged "$python" -m coverage run -m pytest "$@"
}

unmeasured() {
    logged "$python" -m pytest "$@"
}

logged() {
    { "$@"; echo "$?" >"$out/status"; } 2>&1 | tee -a "$out/pytest.log"
    [ "$(cat "$out/status")" = 0 ]
}

coverage_bars() {
    "$python" -m coverage combine --quiet
    printf '\n-- coverage of everything\n'
    "$python" -m coverage report --skip-covered --fail-under=95 || return
    coverage_of 'simulator/*' 100 && coverage_of 'quizzes/domain/*' 100
}

coverage_of() {
    printf '\n-- coverage of %s, at least %s %% of all branches\n' "$1" "$2"
    "$python" -m coverage report --include="$1" --skip-covered --show-missing --fail-under="$2"
}

for step in "$@"; do
    printf '\n== %s\n' "$step"
    "$step" || failed="$failed $step"
done

if [ -n "$failed" ]; then
    printf '\nFAILED:%s\n' "$failed"
else
    printf '\nPassed: %s\n' "$*"
fi
tail -n 1 "$out/pytest.log" # the test runner's own verdict stands last
[ -z "$failed" ]
