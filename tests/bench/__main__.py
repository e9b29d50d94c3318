"""``python -m tests.bench``: see the command's help."""

import sys

from tests.trial.start import prepare

prepare("bench")

from tests.bench.command import Command  # noqa: E402  Django must be set up before

Command().run_from_argv(["python -m", "tests.bench", *sys.argv[1:]])
