"""Sizes and shares that ``docker run`` is asked for, and how it refuses them."""

from simulator.lab.call import CommandError
from simulator.lab.commands.docker.engine import DAEMON

REFUSED = 125
PERIOD_US = 100_000
"""Length of a period of ``cpu.max`` for ``--cpus``."""
_MIB = {"b": 1 / 1024 / 1024, "k": 1 / 1024, "m": 1.0, "g": 1024.0}


def refused(text: str) -> CommandError:
    """Return the error of a client whose engine does not do what it is asked."""
    return CommandError(f"docker: {DAEMON}{text}", REFUSED)


def mebibytes(word: str) -> int:
    """Return a size such as ``64m`` in MiB, at least one; bytes without a unit."""
    number = word.rstrip("bBkKmMgG")
    unit = word[len(number) :].lower()[:1] or "b"
    if not number.isdigit() or len(word) - len(number) > len("mb"):
        raise CommandError(f"docker: invalid size: '{word}'", REFUSED)
    size = int(number) * _MIB[unit]
    least = 6
    if size < least:
        raise refused("Minimum memory limit allowed is 6MB")
    return int(size)


def quota_us(cpus: str) -> int:
    """Return a number of processors as CPU time in each period."""
    try:
        count = float(cpus)
    except ValueError:
        count = 0.0
    if not 0.01 <= count <= 1024:  # noqa: PLR2004  what an engine takes
        raise CommandError(f'docker: invalid argument "{cpus}" for "--cpus"', REFUSED)
    return int(count * PERIOD_US)
