"""What a mechanism is."""

from dataclasses import dataclass

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: its default, what it may be set to, what it decides."""

    default: Value
    choices: tuple[str, ...]
    about: str

    @property
    def is_list(self) -> bool:
        """True when the value is an ordered list of choices."""
        return isinstance(self.default, tuple)
