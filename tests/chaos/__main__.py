"""``python -m tests.chaos``: see the command's help."""

import sys

from tests.trial.start import prepare

prepare("chaos")

from tests.chaos.command import Command  # noqa: E402  Django must be set up before

Command().run_from_argv(["python -m", "tests.chaos", *sys.argv[1:]])
