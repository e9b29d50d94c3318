"""What a monitor has seen of a guest."""

from dataclasses import dataclass, field

from simulator.live.vm.guest import SERIAL, STAGES


@dataclass(slots=True)
class Exit:
    """One return from the guest to its monitor."""

    at_us: int
    reason: str
    port: int = 0
    value: int = 0


@dataclass(slots=True)
class Life:
    """What became of a guest: its output, its exits, how it ended."""

    serial: str = ""
    exits: list[Exit] = field(default_factory=list)
    ended: str = ""
    """``done``, ``shutdown`` or ``out of time``."""

    @property
    def stages(self) -> dict[str, int]:
        """Microseconds from the creation of the machine to the end of each stage."""
        printed = (e for e in self.exits if e.port == SERIAL)
        return {
            STAGES[chr(e.value)]: e.at_us for e in printed if chr(e.value) in STAGES
        }
