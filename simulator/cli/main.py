"""Reads the words of the command line, and says every error in one form.

Exit status: 0 done, or what was asked holds; 1 it does not hold, or runs differ; 2 the
input is wrong; 130 interrupted.
"""

import argparse
from collections.abc import Sequence

from simulator.cli.command import INTERRUPTED, WRONG_INPUT, Terminal, plain_console
from simulator.cli.commands import COMMANDS
from simulator.errors import ScenarioError, SimulatorError
from simulator.version import SIMULATOR_VERSION


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command, by default that of the process; return the exit status."""
    options = build_parser().parse_args(arguments)
    terminal = Terminal(plain_console(), plain_console(stderr=True))
    command = next(entry for entry in COMMANDS if entry.name == options.command)
    before = f"{options.file}: " if getattr(options, "file", None) else ""
    try:
        return command.carry_out(options, terminal)
    except ScenarioError as error:
        messages = [str(problem) for problem in error.problems]
    except (SimulatorError, OSError, UnicodeDecodeError) as error:
        messages = [str(error)]
    except KeyboardInterrupt:
        terminal.err.print("interrupted")
        return INTERRUPTED
    for message in messages:
        terminal.err.print(f"{before}{message}", soft_wrap=True)
    return WRONG_INPUT


def build_parser(program: str = "python -m simulator") -> argparse.ArgumentParser:
    """Return the parser of all commands; completion is made from it too."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="Scenarios whose answers are runs.",
        epilog="Exit status: 0 done, or what was asked holds; 1 it does not hold, or "
        "runs differ; 2 the input is wrong; 130 interrupted.",
    )
    parser.set_defaults(build=build_parser)
    parser.add_argument("--version", action="version", version=SIMULATOR_VERSION)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.configure(
            commands.add_parser(
                command.name, help=command.about, description=command.about
            )
        )
    return parser
