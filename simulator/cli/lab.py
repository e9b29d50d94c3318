"""``lab``: a shell on a simulated machine."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from simulator.cli.command import HOLDS, Command, Terminal
from simulator.cli.inputs import add_variant, read_scenario, read_variant
from simulator.lab import (
    Answer,
    Lab,
    default_scenario,
    is_complete,
    open_lab,
    prompt,
    run_line,
)

CONTINUED = "> "
"""The prompt while a line is not complete."""
Ask = Callable[[str], str]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="?", help="a scenario (YAML); default: a server"
    )
    add_variant(parser)
    parser.add_argument("--arm", help="after which arm's plan (default: the first)")
    parser.add_argument("--on", default="", metavar="MACHINE", help="log in there")
    parser.add_argument(
        "-c",
        dest="lines",
        action="append",
        metavar="LINE",
        help="carry out this line and leave; may be given several times",
    )
    parser.add_argument(
        "--transcript", action="store_true", help="show prompts and lines too"
    )
    parser.add_argument(
        "--json", action="store_true", help="print lines and answers as JSON"
    )


def _lab(options: argparse.Namespace, terminal: Terminal) -> int:
    scenario = default_scenario() if options.file is None else read_scenario(options)
    params = read_variant(scenario, options)
    arm = options.arm or next(iter(scenario.arms))
    lab = open_lab(scenario, arm, params, seed=options.seed, machine=options.on)
    if options.lines is None and sys.stdin.isatty():
        return _talk(lab, _keyboard())
    given = sys.stdin.read().splitlines() if options.lines is None else options.lines
    status, document = HOLDS, []
    for line in statements(given):
        shown = f"{prompt(lab)}{line}\n"
        answer = run_line(lab, line)
        status = answer.status
        document.append({"line": line, **answer.to_json()})
        if not options.json:
            _show(answer, shown if options.transcript else "")
        if not lab.consoles:
            break
    if options.json:
        terminal.json(document)
    return status


def statements(lines: Iterable[str]) -> Iterator[str]:
    """Put lines together that only make a command together; an open end comes last."""
    open_lines: list[str] = []
    for line in lines:
        open_lines.append(line)
        text = "\n".join(open_lines)
        if is_complete(text):
            open_lines.clear()
            yield text
    if open_lines:
        yield "\n".join(open_lines)


def _talk(lab: Lab, ask: Ask) -> int:
    """Read lines from a person until the outermost shell ends."""
    status = HOLDS
    typed: list[str] = []
    while lab.consoles:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            typed.append(ask(CONTINUED if typed else prompt(lab)))
        except EOFError:
            typed = ["exit"]
            sys.stdout.write("exit\n")
        except KeyboardInterrupt:
            typed = []
            sys.stdout.write("^C\n")
            continue
        text = "\n".join(typed)
        if not is_complete(text):
            continue
        typed = []
        signal.signal(signal.SIGINT, _interrupter(lab))
        answer = run_line(lab, text)
        status = answer.status
        _show(answer, "")
    return status


def _interrupter(lab: Lab) -> Callable[[int, FrameType | None], Any]:
    """Return what a keyboard interrupt does while a command is under way."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        lab.is_interrupted = True

    return handle


def _keyboard() -> Ask:
    """Return ``input``, with a history and editing where the platform has them."""
    try:
        import readline  # noqa: PLC0415  not every platform has it
    except ImportError:
        return input
    readline.set_history_length(1000)
    return input


def _show(answer: Answer, before: str) -> None:
    """Write what came out: errors to standard error, unless a transcript is shown."""
    sys.stdout.write(before)
    for piece in answer.pieces:
        is_error = piece.stream == "err" and not before
        stream = sys.stderr if is_error else sys.stdout
        stream.write(piece.text)
        stream.flush()


LAB = Command("lab", "type commands on a simulated machine", _configure, _lab)
"""The command."""
