"""What a builder has around it: archives, addresses, images; and what it remembers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.dockerfile import Instruction
from simulator.subsystems.builds.archives import Archive, Resource
from simulator.subsystems.builds.context import Context
from simulator.subsystems.builds.site import Meaning
from simulator.subsystems.builds.trees import Entry
from simulator.subsystems.containers.images import ContainerImage, Layer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world as builds know it."""

    archives: Mapping[str, Archive]
    resources: Mapping[str, Resource]
    """By address."""
    meanings: Mapping[str, Meaning]
    named: Callable[[str], str | ContainerImage]
    """Returns the image of the world that a name means, or the name as a tag."""

    def state(self, now: int) -> str:
        """Return all that is different when the world outside has moved on."""
        lists = [(a.name, a.changed_at(now)) for a in self.archives.values()]
        files = [(r.name, r.content_at(now)) for r in self.resources.values()]
        return repr((lists, files))


@dataclass(slots=True)
class Cache:
    """What one engine remembers of its builds."""

    layers: dict[str, Layer] = field(default_factory=dict)
    """By the key of the step that made them."""
    mounts: dict[str, list[Entry]] = field(default_factory=dict)
    """What ``RUN --mount=type=cache`` holds between builds."""
    triggers: dict[str, tuple[Instruction, ...]] = field(default_factory=dict)
    """ONBUILD instructions of images built here, by digest."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to be built."""

    name: str
    dockerfile: str
    """Its name in the world."""
    text: str
    context: Context
    tag: str
    args: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    """Ids of secrets that are handed to the builder."""
    target: str = ""
    arch: str = ""
    """The processor that the image is to be for; empty: the host's."""
    no_cache: bool = False
