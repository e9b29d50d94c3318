"""What a command of the command line is made of."""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console

HOLDS, FAILS, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command writes: its result, and what it says beside that.

    Both take text as it is: no markup, no emoji. Colours stand only where a style
    is given, and only on a real terminal (``NO_COLOR`` turns them off).
    """

    out: Console
    err: Console

    def json(self, document: Any) -> None:
        """Print a result as JSON."""
        self.out.print_json(json.dumps(document))


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its arguments and what it does."""

    name: str
    about: str
    configure: Callable[[argparse.ArgumentParser], None]
    """Adds the command's arguments to its parser."""
    carry_out: Callable[[argparse.Namespace, Terminal], int]
    """Does it and returns the exit status; raises SimulatorError for wrong input."""


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that shows text as it is."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)
