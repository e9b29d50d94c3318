"""Instructions that bring files into an image: COPY, ADD; and VOLUME."""

import re

from simulator.dockerfile.limits import MAX_WORDS, Report
from simulator.dockerfile.lines import LogicalLine
from simulator.dockerfile.model import Instruction
from simulator.dockerfile.words import exec_form, flags_of

COPY_FLAGS = ("from", "chown", "chmod", "link", "parents", "exclude")
ADD_FLAGS = ("chown", "chmod", "link", "exclude", "checksum", "keep-git-dir", "unpack")
_LEAST = 2
"""A source and a destination."""
_MODE = re.compile(r"0?[0-7]{3,4}\Z")


def read_copy(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """COPY: files of the build context or of another stage."""
    return _sources("COPY", COPY_FLAGS, line, rest, report)


def read_add(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """ADD: like COPY; it unpacks archives and fetches addresses too."""
    return _sources("ADD", ADD_FLAGS, line, rest, report)


def read_volume(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """VOLUME: directories whose content outlives a container."""
    words = exec_form(rest)
    words = tuple(rest.split())[:MAX_WORDS] if words is None else words
    if not words or any(not word.strip() for word in words):
        message = "VOLUME requires at least one argument, none of them empty"
        report.wrong(line.line, "VOLUME", message)
    return Instruction("VOLUME", line.line, line.text, words)


def _sources(
    keyword: str, known: tuple[str, ...], line: LogicalLine, rest: str, report: Report
) -> Instruction:
    flags, rest = flags_of(rest, known, line.line, keyword, report)
    words = exec_form(rest)
    words = tuple(rest.split())[:MAX_WORDS] if words is None else words
    _check(keyword, words, line.line, report)
    mode = dict(flags).get("chmod", "")
    if mode and "$" not in mode and not _MODE.match(mode):
        message = f"invalid chmod parameter {mode!r}"
        report.wrong(line.line, keyword, message, "octal digits, such as 755")
    return Instruction(
        keyword, line.line, line.text, words, flags=flags, heredocs=line.heredocs
    )


def _check(keyword: str, words: tuple[str, ...], line: int, report: Report) -> None:
    if len(words) < _LEAST:
        message = f"{keyword} requires at least two arguments"
        message += ", but only one was provided" if words else ""
        report.wrong(line, keyword, message, f"{keyword} SOURCE... DESTINATION")
        return
    target = words[-1]
    if len(words) == _LEAST or target.endswith(("/", ".")) or "$" in target:
        return
    message = f"{keyword} with more than one source needs a directory to copy to"
    report.wrong(line, keyword, message, f"end it with a /: {target[:200]}/")
