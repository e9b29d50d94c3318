"""Instructions that hold a command: RUN, CMD, ENTRYPOINT, SHELL, HEALTHCHECK."""

import re

from simulator.dockerfile.limits import Report
from simulator.dockerfile.lines import LogicalLine
from simulator.dockerfile.model import Instruction
from simulator.dockerfile.words import exec_form, flags_of

RUN_FLAGS = ("mount", "network", "security")
HEALTH_FLAGS = ("interval", "timeout", "start-period", "start-interval", "retries")
_DURATION = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ns|us|ms|s|m|h))+\Z")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|m|h)")
_UNITS_NS = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
MAX_RETRIES = 1000


def read_run(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """RUN: a command that is carried out while the image is built."""
    flags, rest = flags_of(rest, RUN_FLAGS, line.line, "RUN", report)
    found = _command("RUN", line, rest, report, flags)
    if not any(found.words):
        message = "RUN requires at least one argument"
        report.wrong(line.line, "RUN", message)
    return found


def read_cmd(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """CMD: what a container runs, or the arguments of its entry point."""
    return _started("CMD", line, rest, report)


def read_entrypoint(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """ENTRYPOINT: the program that a container runs."""
    return _started("ENTRYPOINT", line, rest, report)


def read_shell(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """SHELL: what commands in shell form are given to from here on."""
    words = exec_form(rest)
    if not words:
        message = "SHELL requires the arguments to be in JSON form"
        report.wrong(line.line, "SHELL", message, 'such as ["/bin/bash", "-c"]')
    return Instruction("SHELL", line.line, line.text, words or (), is_exec=True)


def read_healthcheck(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """HEALTHCHECK: a command that says whether a container is well, or NONE."""
    keyword = "HEALTHCHECK"
    flags, rest = flags_of(rest, HEALTH_FLAGS, line.line, keyword, report)
    kind, _, command = rest.partition(" ")
    command = command.strip()
    for name, value in flags:
        _check_health_flag(line.line, name, value, report)
    found = Instruction(keyword, line.line, line.text, (kind.upper(),), flags=flags)
    if kind.upper() == "NONE":
        if command or flags:
            report.wrong(line.line, keyword, "HEALTHCHECK NONE takes no arguments")
        return found
    if kind.upper() != "CMD":
        message = f"unknown type {kind!r} in HEALTHCHECK (try CMD)"
        report.wrong(line.line, keyword, message, "HEALTHCHECK [--flags] CMD command")
        return found
    if not command:
        report.wrong(line.line, keyword, "missing command after HEALTHCHECK CMD")
    inner = _command("CMD", line, command, report)
    words, text = found.words, line.text
    return Instruction(keyword, line.line, text, words, flags=flags, inner=inner)


def duration_us(value: str) -> int | None:
    """Return a duration such as ``1m30s`` in microseconds; None if it is none."""
    if not _DURATION.match(value):
        return None
    parts = _PART.findall(value)
    return sum(int(float(number) * _UNITS_NS[unit]) for number, unit in parts) // 1000


def _check_health_flag(line: int, name: str, value: str, report: Report) -> None:
    if name == "retries":
        if not (value.isascii() and value.isdigit() and len(value) <= len("1000")):
            message = f"--retries={value}: a whole number expected"
            report.wrong(line, "HEALTHCHECK", message, f"from 1 to {MAX_RETRIES}")
    elif name in HEALTH_FLAGS and duration_us(value) is None:
        message = f"--{name}={value}: invalid duration"
        report.wrong(line, "HEALTHCHECK", message, "such as 30s, 1m30s or 500ms")


def _started(keyword: str, line: LogicalLine, rest: str, report: Report) -> Instruction:
    """A command that a container runs: the form decides what its process 1 is."""
    found = _command(keyword, line, rest, report)
    if rest and not found.is_exec and not rest.startswith("["):
        hint = "in shell form a shell is process 1, and signals go to it"
        report.unwise(line.line, keyword, "JSONArgsRecommended", hint)
    return found


def _command(
    keyword: str,
    line: LogicalLine,
    rest: str,
    report: Report,
    flags: tuple[tuple[str, str], ...] = (),
) -> Instruction:
    words = exec_form(rest)
    if words is None and rest.startswith("["):
        hint = "not a list in JSON (double quotes?), so a shell gets it as it stands"
        report.unwise(line.line, keyword, "JSONArgsRecommended", hint)
    return Instruction(
        keyword,
        line.line,
        line.text,
        (rest,) if words is None else words,
        is_exec=words is not None,
        flags=flags,
        heredocs=line.heredocs if keyword == "RUN" else (),
    )
