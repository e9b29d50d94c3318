"""One container: its image, its files, what its processes see, how it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.engine import Work
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.containers.images import ContainerImage
from simulator.subsystems.containers.wishes import ORDINARY, Wish
from simulator.subsystems.environment import BARE, Environment
from simulator.subsystems.files import FileTree
from simulator.subsystems.isolation import DEFAULT, Confinement, Isolation
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.network.attaching import PLAIN, Attachment
from simulator.subsystems.virtualization import VirtualMachine

if TYPE_CHECKING:
    from simulator.subsystems.processes import Process


@dataclass(slots=True)
class Container:
    """One container. Created, then running or exited."""

    name: str
    image: ContainerImage
    kernel: Kernel
    """The kernel whose system calls its processes make."""
    root: FileTree
    state: str = "created"
    state_seq: int | None = None
    machine: VirtualMachine | None = None
    """The virtual machine of its own, when it has one."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    cgroup: Cgroup | None = None
    isolation: Isolation = DEFAULT
    inside: Confinement | None = None
    """What its processes see, and who they are; None before it has namespaces."""
    main: "Process | None" = None
    """The process that it lives as long as: number 1 in a PID namespace of its own."""
    exit_status: int | None = None
    attachment: Attachment = PLAIN

    wish: Wish = ORDINARY
    environment: Environment = BARE
    """What its processes begin with."""
    log: list[str] = field(default_factory=list)
    """What its first process, and those that it started, wrote to standard output."""
    health: str = ""
    """``starting``, ``healthy`` or ``unhealthy``; empty without a check."""
    stopped_by_hand: bool = False
    restarts: int = 0
    in_a_row: int = 0
    """Restarts since it last ran for long: they set the next delay."""
    anonymous: list[str] = field(default_factory=list)
    """Its volumes that have no name."""

    @property
    def alive(self) -> bool:
        """True until it has ended: so long it keeps what it was given."""
        return self.state in {"created", "running"}

    def stop(self, grace_us: int, cause: int | None) -> Work:
        """Ask it to end by its stop signal; after the time of grace, kill it."""
        process = self.main
        if self.state != "running" or process is None:
            return
        engine = self.kernel.platform.engine
        self.stopped_by_hand = True
        seq = self.kernel.signal(process, self.image.config.stop_signal, cause)
        timer = engine.spawn(_kill_later(process, grace_us, seq))
        if process.alive:
            yield process.ended
        timer.cancel(engine)

    def kill_rest(self, main: "Process") -> None:
        """Kill what else is in its cgroup after its main process, as an engine does.

        In a PID namespace of its own the kernel has done that already.
        """
        inside, cgroup = self.inside, self.cgroup
        if cgroup is None or inside is None or inside.namespaces.pid.init is main:
            return
        for process in list(self.kernel.processes):
            if process.alive and cgroup.holds(process.cgroup):
                self.kernel.signal(process, "SIGKILL", main.state_seq)


def _kill_later(process: "Process", grace_us: int, cause: int) -> Work:
    """Kill a process that is still there when its time of grace is over."""
    yield grace_us
    if process.alive:
        process.kernel.signal(process, "SIGKILL", cause)
