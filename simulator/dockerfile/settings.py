"""Instructions that note something in the image: ENV, USER, EXPOSE and the like."""

import re

from simulator.dockerfile.limits import MAX_WORDS, Report
from simulator.dockerfile.lines import LogicalLine
from simulator.dockerfile.model import Instruction
from simulator.dockerfile.words import arguments_of, pairs_of

_PORT = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/([A-Za-z]+))?\Z")
PROTOCOLS = ("tcp", "udp", "sctp")
MAX_PORT = 65535
SIGNALS = frozenset(
    re.findall(
        r"[A-Z0-9]+",
        "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM "
        "STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO "
        "PWR SYS",
    )
)
LAST_SIGNAL = 64
_SECRET = re.compile(
    r"(?:^|_)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret"
    r"|token)(?:_|\Z)",
    re.IGNORECASE,
)
_VARIABLE = "$"


def read_env(line: LogicalLine, rest: str, escape: str, report: Report) -> Instruction:
    """ENV: variables of each later step and of the containers."""
    pairs = pairs_of(rest, escape, line.line, "ENV", report)
    for name, _ in pairs:
        _mind_secret("ENV", name, line.line, report)
    return Instruction("ENV", line.line, line.text, pairs=pairs)


def read_label(
    line: LogicalLine, rest: str, escape: str, report: Report
) -> Instruction:
    """LABEL: names and values about the image."""
    pairs = pairs_of(rest, escape, line.line, "LABEL", report)
    return Instruction("LABEL", line.line, line.text, pairs=pairs)


def read_arg(line: LogicalLine, rest: str, escape: str, report: Report) -> Instruction:
    """ARG: variables that whoever builds may set; containers do not have them."""
    pairs = arguments_of(rest, escape, line.line, report)
    for name, _ in pairs:
        _mind_secret("ARG", name, line.line, report)
    return Instruction("ARG", line.line, line.text, pairs=pairs)


def read_workdir(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """WORKDIR: the directory of each later step and of the containers."""
    return _one("WORKDIR", line, rest, report)


def read_user(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """USER: who carries out each later RUN, and what containers run."""
    return _one("USER", line, rest, report)


def read_stopsignal(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """STOPSIGNAL: what ``stop`` sends to a container's process 1."""
    found = _one("STOPSIGNAL", line, rest, report)
    name = rest.upper().removeprefix("SIG")
    known = name in SIGNALS or (
        rest.isascii() and rest.isdigit() and 0 < int(rest[:3]) <= LAST_SIGNAL
    )
    if rest and _VARIABLE not in rest and not known:
        hint = "a name such as SIGTERM, or a number"
        report.wrong(line.line, "STOPSIGNAL", f"invalid signal: {rest}", hint)
    return found


def read_maintainer(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """MAINTAINER: an old form of a label."""
    hint = "write LABEL org.opencontainers.image.authors=..."
    report.unwise(line.line, "MAINTAINER", "MaintainerDeprecated", hint)
    return _one("MAINTAINER", line, rest, report)


def read_expose(line: LogicalLine, rest: str, report: Report) -> Instruction:
    """EXPOSE: ports that the program listens at; it opens none."""
    words = tuple(rest.split())[:MAX_WORDS]
    if not words:
        message = "EXPOSE requires at least one argument"
        report.wrong(line.line, "EXPOSE", message)
    for word in words:
        if _VARIABLE not in word and not is_port(word):
            hint = "such as 8080, 53/udp or 8000-8010"
            report.wrong(line.line, "EXPOSE", f"invalid containerPort: {word}", hint)
    return Instruction("EXPOSE", line.line, line.text, words)


def is_port(word: str) -> bool:
    """Return whether this is a port, or a range of ports, perhaps with a protocol."""
    match = _PORT.match(word)
    if match is None:
        return False
    first, last = int(match[1]), int(match[2] or match[1])
    known = (match[3] or "tcp").lower() in PROTOCOLS
    return known and first <= last <= MAX_PORT


def _one(keyword: str, line: LogicalLine, rest: str, report: Report) -> Instruction:
    if not rest:
        report.wrong(line.line, keyword, f"{keyword} requires exactly one argument")
    return Instruction(keyword, line.line, line.text, (rest,))


def _mind_secret(keyword: str, name: str, line: int, report: Report) -> None:
    if _SECRET.search(name):
        hint = f"{name} stays readable in the image; mount a secret instead"
        report.unwise(line, keyword, "SecretsUsedInArgOrEnv", hint)
