"""What an orchestrator is told: images to run, how often, and how to ask after them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.subsystems.containers.images import ContainerImage

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Probe:
    """How a container is asked whether it is well: a connection to its port."""

    port: int
    period_us: int
    timeout_us: int
    delay_us: int
    """Before the first question."""
    failures: int
    """So many bad answers in a row count."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What every pod of one revision is made from."""

    revision: int
    image: str | ContainerImage
    """A tag, which a node may have to pull, or an image of the world."""
    path: str
    """The program file that it runs."""
    ram_kib: int
    """What the scheduler sets aside for it on a node."""
    grace_us: int
    """Between SIGTERM and SIGKILL when it is deleted."""
    liveness: Probe | None
    """A container that fails this is killed, and started anew."""
    readiness: Probe | None
    """A container that fails this gets no requests until it passes again."""

    def says(self) -> tuple[object, ...]:
        """Return all that pods are made from: templates that say the same are one."""
        return (
            self.image,
            self.path,
            self.ram_kib,
            self.grace_us,
            self.liveness,
            self.readiness,
        )


@dataclass(slots=True, eq=False)
class Deployment:
    """A number of equal pods that there should be."""

    name: str
    replicas: int
    template: Template
    port: int
    """Where its service finds the pods; 0: it has none."""
    max_surge: int
    """So many pods more than wanted may exist during an update."""
    max_unavailable: int
    """So many pods fewer than wanted may be ready during an update."""
    seq: int
    """The event that last changed what is wanted."""
    answered: int = 0
    """Requests to its service that a pod has answered."""
    failed: int = 0
    """Requests to its service that nobody has answered."""
    turn: int = 0
    """Whose turn it is to get a request."""


def probe_of(fields: Mapping[str, Any] | None) -> Probe | None:
    """Return a probe as a world declares it."""
    if fields is None:
        return None
    return Probe(
        port=fields["port"],
        period_us=fields["period_s"] * SECOND,
        timeout_us=fields["timeout_s"] * SECOND,
        delay_us=fields["delay_s"] * SECOND,
        failures=fields["failures"],
    )
