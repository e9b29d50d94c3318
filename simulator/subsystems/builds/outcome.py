"""What a build has done so far, and what came of it."""

from dataclasses import dataclass, field

from simulator.subsystems.containers.images import ContainerImage


@dataclass(slots=True)
class Step:
    """One instruction that was carried out, or taken from the cache."""

    text: str
    line: int
    cached: bool = False
    kib: int = 0
    """What its layer holds."""


@dataclass(slots=True)
class Outcome:
    """One build: under way, ``built`` or ``failed``."""

    name: str
    dockerfile: str
    state: str = "building"
    steps: list[Step] = field(default_factory=list)
    failed_line: int = 0
    exit_status: int | None = None
    log: str = ""
    image: ContainerImage | None = None
    began: int = 0
    took_us: int = 0
    downloaded_kib: int = 0
    stages: int = 0
    """How many stages were built."""

    @property
    def cached(self) -> int:
        """How many steps came from the cache."""
        return sum(step.cached for step in self.steps)
