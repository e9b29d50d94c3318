"""What a mechanism is."""

from dataclasses import dataclass

Value = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: its default, what it may be set to, what it decides."""

    default: Value
    choices: tuple[str, ...]
    about: str
    least: int = 0
    """Of a number: the smallest that it may be set to."""
    most: int = 0
    """Of a number: the largest. What it counts stands at the end of its name."""

    @property
    def is_list(self) -> bool:
        """True when the value is an ordered list of choices."""
        return isinstance(self.default, tuple)

    @property
    def is_number(self) -> bool:
        """True when the value is tuned, from ``least`` to ``most``."""
        return isinstance(self.default, int)


def tuned(default: int, least: int, most: int, about: str) -> Mechanism:
    """Return a mechanism that is a whole number between two bounds."""
    return Mechanism(default, (), about, least, most)


def listed(value: Value) -> tuple[str, ...]:
    """Return the value of a mechanism that is a list."""
    if not isinstance(value, tuple):
        raise TypeError(f"{value!r} is not the value of a list")
    return value


def number(value: Value) -> int:
    """Return the value of a mechanism that is a number."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not the value of a number")
    return value
