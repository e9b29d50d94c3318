"""Quantities with a unit (``512 MiB``, ``100 ms``, ``25 %``), and a field's unit.

A field whose name ends in a unit (``ram_mib``, ``seconds``, ``cpu_us``) holds whole
numbers of it. There, and in a parameter of such a name, a quantity in another unit of
the same dimension may stand too, when it is a whole number of the field's unit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_SIZE = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_TIME = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "min": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 24 * 3600 * 10**9,
}
_RATE = {f"{name}/s": size for name, size in _SIZE.items()}
_SHARE = {"m": 1, "%": 10}
QUANTITY = re.compile(
    r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?([A-Za-z]+(?:/s)?|%)\Z", re.ASCII
)


class UnitError(Exception):
    """A quantity that cannot stand for a whole number of a field's unit."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} ({hint})")


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit that a field counts in, among the others of its dimension."""

    suffix: str
    """How names of fields end that count in it."""
    name: str
    others: Mapping[str, int]
    """Every unit of the dimension, in the smallest of them."""

    def read(self, text: str) -> int | None:
        """Return a quantity as a whole number of this unit; None when it is none.

        Raises UnitError for a unit of another dimension, and for a fraction.
        """
        match = QUANTITY.match(text)
        if match is None:
            return None
        number, name = match.groups()
        if name not in self.others:
            known = f"one of: {', '.join(self.others)}"
            raise UnitError(f"{name!r} is not a unit of this field", known)
        found = Fraction(number) * self.others[name] / self.others[self.name]
        if found.denominator != 1:
            message = f"{text!r} is not a whole number of {self.name}"
            raise UnitError(message, f"the field counts in {self.name}")
        return int(found)


_UNITS = {
    unit.suffix: unit
    for unit in (
        *(Unit(name.lower(), name, _SIZE) for name in ("KiB", "MiB", "GiB", "TiB")),
        *(Unit(f"{n.lower()}_s", f"{n}/s", _RATE) for n in ("KiB", "MiB", "GiB")),
        *(Unit(name, name, _TIME) for name in ("ns", "us", "ms")),
        Unit("bytes", "B", _SIZE),
        Unit("s", "s", _TIME),
        Unit("seconds", "s", _TIME),
        Unit("minutes", "min", _TIME),
        Unit("hours", "h", _TIME),
        Unit("days", "d", _TIME),
        Unit("percent", "%", _SHARE),
        Unit("permille", "m", _SHARE),
        Unit("millicores", "m", _SHARE),
    )
}


def unit_of(field: str) -> Unit | None:
    """Return the unit that a field's name ends in, None when it names none."""
    words = field.split("_")
    if words[-2:-1] == ["per"]:
        return None
    return _UNITS.get("_".join(words[-2:])) or _UNITS.get(words[-1])
