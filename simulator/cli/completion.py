"""``completion``: what a shell needs to complete the words of the command line."""

import argparse
from pathlib import Path

import shtab

from simulator.cli.command import HOLDS, Command, Terminal

PROGRAM = "trapframe-simulator"
"""The installed program; shells complete programs, not modules of Python."""
SHELLS = ("bash", "zsh", "fish")


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the completion script of a parser for one of ``SHELLS``."""
    for action in _every_argument(parser):
        if action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    found: str = shtab.complete(parser, shell)
    return found


def _every_argument(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the arguments of a parser and of all its commands."""
    found = []
    for action in parser._actions:  # noqa: SLF001  there is no public way to them
        found.append(action)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in action.choices.values():
                found += _every_argument(command)
    return found


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS)


def _completion(options: argparse.Namespace, terminal: Terminal) -> int:
    terminal.out.out(script(options.build(PROGRAM), options.shell))
    return HOLDS


COMPLETION = Command(
    "completion", "print a script that completes words", _configure, _completion
)
