"""An arm of a scenario as a plan for a sandbox."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.live.capabilities import Report
from simulator.live.sandbox import Fact
from simulator.subsystems.files import Program, Step

Arguments = Mapping[str, Any]


class NotHereError(Exception):
    """An arm cannot be carried out on this kernel; the message says why."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of a plan, and the steps of the sandbox that carry it out."""

    verb: str
    arguments: Arguments
    steps: tuple[tuple[int, str], ...]
    """Number of each step, and the name of what it makes or runs."""


@dataclass(slots=True)
class Disk:
    """What stands below one directory of a sandbox that is somebody's root."""

    programs: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Translation:
    """An arm as a sandbox carries it out."""

    report: Report
    steps: list[Fact] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    programs: dict[str, Program] = field(default_factory=dict)
    images: Mapping[str, Any] = field(default_factory=dict)
    disks: dict[str, Disk] = field(default_factory=dict)
    """By directory: that of the machine is empty text."""
    groups: dict[str, list[str]] = field(default_factory=dict)
    """Containers by the name that a plan gives them."""
    runs: dict[str, str] = field(default_factory=dict)
    """Program of each thing that was started."""
    started: set[str] = field(default_factory=set)
    """Programs that are asked for, by the plan or by a shell's line."""
    refused: dict[str, str] = field(default_factory=dict)
    """Why programs cannot be like those of the scenario; nobody may start these."""
    image_of: dict[str, str] = field(default_factory=dict)
    """Directory of the image of each container."""
    handlers: dict[tuple[str, str], str] = field(default_factory=dict)
    """Interpreters that the plan registers, by format and architecture."""
    namespaces: tuple[str, ...] = ()
    calls: set[str] = field(default_factory=set)
    """System calls that its programs make beyond those that all may make."""
    system: str = ""
    machine: str = ""
    engine: str = ""

    def number(self, program: str) -> int:
        """Return what stands for a program in paths and records."""
        return list(self.programs).index(program) + 1

    @property
    def init(self) -> int:
        """Return what stands for an engine's own init."""
        return len(self.programs) + 1

    @property
    def daemon(self) -> int:
        """Return what stands for the engine's own process."""
        return len(self.programs) + 2

    def add(self, do: str, **facts: Any) -> int:
        """Append a step and return its number."""
        number = len(self.steps)
        self.steps.append({"do": do, "step": number, **facts})
        return number

    def check_started(self) -> None:
        """Raise NotHereError when a program may start that no probe's can be like."""
        waiting, seen = sorted(self.started), set(self.started)
        while waiting:
            name = waiting.pop()
            if name in self.refused:
                raise NotHereError(self.refused[name])
            more = set(_programs_in(self.programs[name].does)) - seen
            waiting += sorted(more)
            seen |= more

    def need(self, capability: str) -> None:
        """Raise NotHereError with its reason unless this machine has a capability."""
        found = self.report.of(capability)
        if not found.available:
            raise NotHereError(found.reason)


def _programs_in(steps: Iterable[Step]) -> Iterator[str]:
    """Go through the programs that steps start."""
    for kind, arguments in steps:
        if kind in {"spawn", "exec"}:
            yield arguments["program"]
        yield from _programs_in(arguments.get("steps", ()))
