"""Container engines: a program of a kernel that has namespaces and cgroups.

A container is a process of the engine's host kernel with a view and a budget of
its own, started in stages. With the mechanism ``container.kernel`` set to ``own``
the engine boots a kernel for each container instead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED, OK
from simulator.mechanisms import Value, listed
from simulator.subsystems.containers.boundaries import (
    MACHINE,
    SANDBOX,
    Boundary,
    BoundaryError,
    Host,
    boundary_of,
)
from simulator.subsystems.containers.container import Container
from simulator.subsystems.containers.health import watch_health
from simulator.subsystems.containers.images import ContainerImage, distinct
from simulator.subsystems.containers.lifecycle import (
    LONG_ENOUGH_US,
    LOST,
    START_FAILED,
    back_off_us,
    starts_with_engine,
    wants_restart,
)
from simulator.subsystems.containers.registry import warning
from simulator.subsystems.containers.roots import make_root, mount_all
from simulator.subsystems.containers.sandbox import Sandbox
from simulator.subsystems.containers.stages import runtime_spans
from simulator.subsystems.containers.store import ImageStore
from simulator.subsystems.containers.wishes import (
    Mounting,
    Wish,
    as_user,
    command_of,
    environment,
    with_init,
    with_rights,
    words_of,
)
from simulator.subsystems.families import features_of
from simulator.subsystems.files import DataFile, FileTree, Program
from simulator.subsystems.isolation import (
    DEFAULT,
    Confinement,
    Isolation,
    isolate,
    spared_us,
)
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.loaders import ERRNO
from simulator.subsystems.memory import OutOfMemoryError, Victim
from simulator.subsystems.network.attaching import PLAIN, Attachment, attach
from simulator.subsystems.network.bridges import Bridges
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.stacks import stack_of
from simulator.subsystems.platform import Platform
from simulator.subsystems.steps.privilege import SOCKET
from simulator.subsystems.storage import DiskFullError
from simulator.subsystems.systems import System
from simulator.subsystems.users import IdRange
from simulator.subsystems.virtualization import (
    Hypervisor,
    HypervisorModel,
    boot_guest,
)

if TYPE_CHECKING:
    from simulator.subsystems.processes import Attempt, Process

__all__ = ["Container", "ContainerEngine", "EngineModel"]

ROOTLESS = (IdRange(0, 1000, 1), IdRange(1, 100_000, 65_535))
"""Who a rootless engine's containers are outside: the engine's own user, and numbers
that belong to nobody else."""
NEEDS = ("namespaces", "cgroups", "overlay")
MakeKernel = Callable[[System, Platform, FileTree], Kernel]

BRIDGE_SYSTEM_CALLS = 2
"""A bridge with address translation is one more way through the network stack,
priced as two system calls: published measurements agree on the sign only."""


@dataclass(frozen=True, slots=True)
class EngineModel:
    """A container engine as installed."""

    name: str
    arch: str
    ram_kib: int
    program: Program
    utility: System | None = None
    """The system that it boots for a container that gets a kernel of its own."""


@dataclass(slots=True)
class ContainerEngine:
    """A running container engine."""

    model: EngineModel
    host: Kernel
    mechanisms: Mapping[str, Value]
    make_kernel: MakeKernel
    store: ImageStore
    state: str = "off"
    state_seq: int | None = None
    containers: list[Container] = field(init=False)
    _bridges: Bridges | None = None

    def __post_init__(self) -> None:
        """Find the containers that an engine before it has left on the disk."""
        self.containers = self.store.containers

    @property
    def bridges(self) -> Bridges:
        """The networks of its containers, made when one is needed first."""
        if self._bridges is None:
            self._bridges = Bridges(
                stack_of(self.host.namespaces.net),
                self.mechanisms["network.names"],
                self.mechanisms["network.ports"],
            )
        return self._bridges

    @property
    def name(self) -> str:
        """The product's name."""
        return self.model.name

    @property
    def disk_kib(self) -> int:
        """Disk taken by the root file systems: an image once, or once for each."""
        images = [container.image for container in self.containers]
        if self.mechanisms["container.layers"] == "shared":
            return sum(layer.size_kib for layer in distinct(images))
        return sum(image.size_kib for image in images)

    def begin(self, cause: int | None) -> None:
        """Look for what the engine needs of its kernel, then be ready."""
        engine = self.host.platform.engine
        system = self.host.system
        offered = features_of(system.family, system.version)
        missing = [need for need in NEEDS if need not in offered]
        if missing:
            self.state = "dead"
            self.state_seq = engine.record(
                self.name,
                "start",
                FAILED,
                cause=cause,
                target=self.host.name,
                errno=ERRNO["ENOSYS"],
                errno_name="ENOSYS",
                log=f"this kernel has no {missing[0]}",
            )
            return
        self.state = "running"
        self.state_seq = engine.record(
            self.name, "start", cause=cause, target=self.host.name, kind="containers"
        )
        self.host.root.put(DataFile(SOCKET, 0, "socket"))
        for container in self.containers:
            container.state, container.exit_status = "exited", LOST
            if starts_with_engine(container):
                work = self.start_again(container, self.state_seq)
                engine.spawn(work, is_daemon=True)

    def fall(self, seq: int) -> None:
        """Its kernel has died, as event ``seq`` tells: so have its containers."""
        self.state, self.state_seq = "dead", seq
        for container in self.containers:
            container.state, container.state_seq = "dead", seq
            if container.machine is not None:
                container.machine.fall(seq)
            if container.kernel is not self.host:
                container.kernel.fall(seq)

    def find(
        self, wanted: str | ContainerImage, policy: str, cause: int | None
    ) -> Work:
        """Return the image that a tag or a manifest names here; pull it if need be.

        ``policy`` says when a registry is asked for a tag: when it is ``missing``
        here, ``always`` or ``never``. None when there is no image to be had; the
        last event tells why.
        """
        store = self.store
        if isinstance(wanted, ContainerImage):
            if store.has(wanted):
                return wanted
            if store.registry_of(wanted) is not None:
                return (yield from store.pull(wanted, cause))
            return store.load(wanted, cause)
        local = store.tags.get(wanted)
        if policy != "always" and local is not None:
            return local
        if policy == "never":
            log = f"Error: No such image: {wanted}"
            self.host.platform.engine.record(
                self.name, "find_image", FAILED, cause=cause, target=wanted, log=log
            )
            return None
        return (yield from store.pull(wanted, cause))

    def squeeze(self, kib: int) -> int:  # noqa: ARG002
        """Return nothing: the kernel itself reclaims from processes in containers."""
        return 0

    def swap_out(self, kib: int) -> int:  # noqa: ARG002
        """Return nothing: the kernel itself swaps processes in containers."""
        return 0

    def victims(self) -> Sequence[Victim]:
        """Return the machines of its own that some containers have."""
        machines = [c.machine for c in self.containers if c.machine is not None]
        return [victim for m in machines for victim in m.hypervisor.victims()]

    def start(
        self,
        name: str,
        image: ContainerImage,
        wish: Wish,
        cause: int | None,
        *,
        isolation: Isolation = DEFAULT,
        limits: Mapping[str, Any] | None = None,
        attachment: Attachment = PLAIN,
    ) -> Work:
        """Create and start one container.

        The result is the ``Attempt`` to run its program, None when it did not come to
        that.
        """
        engine = self.host.platform.engine
        engine.allocate()
        yield self._engine_span(name)
        storage = self.host.platform.storage
        try:
            root = make_root(image, name, storage, self.mechanisms)
        except DiskFullError as error:
            self._tell_failure(name, "create", cause, str(error), "ENOSPC")
            return None
        container = Container(
            name, image, self.host, root, isolation=isolation, attachment=attachment
        )
        container.wish, container.environment = wish, environment(image.config, wish)
        root.read_only = wish.read_only
        container.limits = limits or {}
        self.containers.append(container)
        said = warning(image, self.store.host)
        container.state_seq = engine.record(
            self.name,
            "image_present",
            cause=cause,
            target=image.name,
            **({"log": said} if said else {}),
        )
        return (yield from self._launch(container))

    def start_again(self, container: Container, cause: int | None) -> Work:
        """Start a container that has ended: its files are those that it left.

        The result is as that of ``start``.
        """
        yield self._engine_span(container.name)
        if self.state != "running" or container not in self.containers:
            return None
        container.state, container.stopped_by_hand = "created", False
        container.state_seq = self.host.platform.engine.record(
            self.name, "start_again", cause=cause, target=container.name
        )
        return (yield from self._launch(container))

    def remove(self, container: Container, cause: int | None, *, volumes: bool) -> None:
        """Remove a container that does not run: its upper layer goes, volumes stay.

        ``volumes`` says that those without a name go as well.
        """
        storage = self.host.platform.storage
        freed = storage.release(container.name)
        for name in container.anonymous if volumes else ():
            freed += storage.release(self.store.volumes.pop(name).device)
        self.containers.remove(container)
        container.state = "removed"
        container.state_seq = self.host.platform.engine.record(
            self.name, "remove", cause=cause, target=container.name, freed_kib=freed
        )

    def _fail(
        self, container: Container, action: str, log: str, errno_name: str = ""
    ) -> None:
        """Note that a container cannot start, and why."""
        container.state, cause = "failed", container.state_seq
        container.state_seq = self._tell_failure(
            container.name, action, cause, log, errno_name
        )

    def _tell_failure(
        self, target: str, action: str, cause: int | None, log: str, errno_name: str
    ) -> int:
        detail: dict[str, Any] = {}
        if errno_name:
            detail = {"errno": ERRNO[errno_name], "errno_name": errno_name}
        return self.host.platform.engine.record(
            self.name, action, FAILED, cause=cause, target=target, **detail, log=log
        )

    def _engine_span(self, name: str) -> int:
        """Return what the engine takes for a start before its runtime begins."""
        span = figure("container_start") - figure("container_runtime")
        return self.host.platform.engine.streams.of(name).jitter(span, 50)

    def _launch(self, container: Container) -> Work:
        """Go through the stages of a start: kernel or namespaces, then the program."""
        container.kernel = self.host
        try:
            self._mount(container)
        except DiskFullError as error:
            return self._fail(container, "create", str(error), "ENOSPC")
        try:
            boundary = self._boundary(container)
        except BoundaryError as error:
            return self._fail(container, "create", str(error))
        if boundary.kind == MACHINE:
            yield from self._own_kernel(container, boundary.system)
        else:
            yield from self._share_kernel(container)
        if boundary.system is not None and boundary.kind == SANDBOX:
            self._sandbox(container, boundary.system)
        if container.state == "failed" or not self._attach(container):
            return None
        return (yield from self._execute(container))

    def _attach(self, container: Container) -> bool:
        """Plug the container in, unless it lives on its host's own network."""
        inside = container.inside
        if inside is None or inside.namespaces.net is container.kernel.namespaces.net:
            return True
        net, wanted = inside.namespaces.net, container.attachment
        try:
            attach(net, container.name, wanted, lambda: self.bridges, container)
        except NetworkError as error:
            container.state = "failed"
            self.host.platform.memory.release(container.name)
            container.state_seq = self.host.platform.engine.record(
                self.name,
                "attach",
                FAILED,
                cause=container.state_seq,
                target=container.name,
                errno=error.errno,
                errno_name=error.errno_name,
                log=error.log,
            )
            return False
        return True

    def _mount(self, container: Container) -> None:
        """Mount volumes and directories of the host into the container's root."""
        container.anonymous = mount_all(
            container.root,
            container.image,
            container.wish,
            self.store.volumes,
            self.host.root,
            kept=self.mechanisms["container.volumes"] == "outside",
        )

    def _share_kernel(self, container: Container) -> Work:
        """Namespaces, cgroup and root file system on the host's own kernel."""
        platform = self.host.platform
        engine = platform.engine
        spans = runtime_spans(container.wish.runtime)
        if self.host.system.family == "nt":
            yield figure("windows_process_start") - figure("container_start")
        try:
            platform.memory.charge(container.name, figure("container_memory"))
        except OutOfMemoryError as error:
            self._fail(container, "namespaces", str(error), "ENOMEM")
            return
        kinds = self._isolate(container).namespaces.own(self.host.namespaces)
        yield spans["namespaces"] - spared_us(kinds)
        seq = engine.record(
            self.name,
            "namespaces",
            cause=container.state_seq,
            target=container.name,
            kernel=self.host.name,
            kinds=kinds,
        )
        if self.mechanisms["container.limits"] == "on":
            yield spans["cgroup"]
            container.cgroup = self.host.cgroups.make(container.name)
            container.cgroup.limit(container.limits)
            seq = engine.record(self.name, "cgroup", cause=seq, target=container.name)
        yield spans["rootfs"]
        container.state_seq = engine.record(
            self.name,
            "mount_root",
            cause=seq,
            target=container.name,
            layers=self.mechanisms["container.layers"],
        )

    def _boundary(self, container: Container) -> Boundary:
        """Return how a container is to be isolated; raise BoundaryError."""
        host = Host(self.store.host, self.host.system.desktop, self.model.utility)
        return boundary_of(container.image, container.wish, host, self.mechanisms)

    def _sandbox(self, container: Container, system: System) -> None:
        """Give a container that has namespaces a kernel in user space as well."""
        if container.state == "failed":
            return
        name = f"{container.name}-sandbox"
        sandbox = Sandbox(name, self.host, container.wish.runtime, container.state_seq)
        kernel = self.make_kernel(system, sandbox, FileTree())
        container.state_seq = kernel.begin_at_once(container.state_seq)
        if kernel.state != "running":
            container.state = "failed"
            return
        container.kernel = kernel
        container.cgroup = kernel.cgroups.make(container.name)
        container.cgroup.limit(container.limits)
        self._isolate(container)

    def _own_kernel(self, container: Container, utility: System | None) -> Work:
        """A virtual machine and a kernel for this container alone."""
        if utility is None:
            log = "this engine has no system to boot for a container"
            return self._fail(container, "create_vm", log)
        ram = self.host.platform.memory.capacity_kib
        machine = self._monitor().create(
            f"{container.name}-vm", ram, container.state_seq
        )
        if machine is None:
            container.state = "failed"
            container.state_seq = len(self.host.platform.engine.events) - 1
            return
        container.machine = machine
        disk = container.root.copy(container.name)
        yield from boot_guest(machine, utility, disk, self.make_kernel)
        container.state_seq = machine.state_seq
        kernel = machine.occupant
        if kernel is None or kernel.state != "running":
            container.state = "failed"
            return
        container.kernel = kernel
        self._isolate(container)

    def asked(self, place: str, wish: Mapping[str, Any], cause: int) -> Work:
        """Start a container for a process at ``place``, which has the socket.

        It is of the image of the container that asks, or of the first one here.
        """
        images = {container.name: container.image for container in self.containers}
        image = images.get(place) or next(iter(images.values()), None)
        if image is None:
            return
        mounts = tuple(
            Mounting(entry["path"], source=entry["source"]) for entry in wish["binds"]
        )
        asked = Wish(
            entrypoint=(wish["path"],), mounts=mounts, privileged=wish["privileged"]
        )
        name = f"{place}-asked-{len(self.containers)}"
        yield from self.start(name, image, asked, cause)

    def _isolate(self, container: Container) -> Confinement:
        """Make what the container's processes will see of its kernel."""
        kinds = listed(self.mechanisms["container.namespaces"])
        if self.mechanisms["container.network"] == "host":
            kinds = tuple(kind for kind in kinds if kind != "net")
        container.inside = isolate(
            container.kernel,
            container.name,
            container.root,
            kinds,
            self._isolation(container),
        )
        user = container.wish.user or container.image.config.user
        kind = str(self.mechanisms["container.privileged"])
        first = container.inside.credentials
        found = as_user(with_rights(first, container.wish, kind), user)
        if found is not first:
            container.inside = replace(container.inside, credentials=found)
        return container.inside

    def _isolation(self, container: Container) -> Isolation:
        """Return what is asked for; a rootless engine adds a user namespace."""
        wanted = container.isolation
        if self.mechanisms["engine.rights"] == "root" or wanted.uid_map:
            return wanted
        return replace(wanted, uid_map=ROOTLESS)

    def _execute(self, container: Container) -> Work:
        """Run what image and wish say; nothing at all is an error of its own."""
        inside, above = container.inside, container.kernel.namespaces
        bridged = inside is not None and inside.namespaces.net is not above.net
        words = words_of(container.image.config, container.wish)
        if not words:
            self.host.platform.memory.release(container.name)
            return self._fail(container, "create", "no command specified")
        path, arguments = command_of(words, container.root)
        if container.wish.init:
            arch = container.kernel.platform.arch
            path, arguments = with_init(container.root, arch, path, arguments)
        extra = BRIDGE_SYSTEM_CALLS * figure("system_call") if bridged else 0
        attempt: Attempt = yield from container.kernel.execute(
            path,
            cause=container.state_seq,
            root=container.root,
            place=container.machine.name if container.machine else container.name,
            operation_ns=extra,
            namespaces=inside.namespaces if inside else None,
            credentials=inside.credentials if inside else None,
            cgroup=container.cgroup,
            arguments=arguments,
            environment=container.environment,
        )
        if container.state == "dead":
            return attempt
        container.main = process = attempt.process
        container.state_seq = attempt.seq
        if process is not None and process.alive:
            container.state = "running"
            process.output = container.log
            process.watchers.append(lambda ended: self._ended(container, ended))
            watch_health(container)
            return attempt
        container.state = "exited"
        self.host.platform.memory.release(container.name)
        if process is not None:
            self._ended(container, process)
        else:
            container.exit_status = START_FAILED.get(attempt.errno_name, LOST)
        return attempt

    def _ended(self, container: Container, process: "Process") -> None:
        """Note that a container's main process has ended: so has the container."""
        status = process.exit_status or 0
        container.kill_rest(process)
        self.host.platform.memory.release(container.name)
        container.state, container.exit_status = "exited", status
        container.state_seq = self.host.platform.engine.record(
            self.name,
            "container_exit",
            FAILED if status else OK,
            cause=process.state_seq,
            target=container.name,
            exit_status=status,
            log=f"Exited ({status})",
        )
        container.health = ""
        self._let_go(container, container.state_seq)
        ran_us = self._since_start(process)
        if self.state == "running" and wants_restart(container):
            kind = str(self.mechanisms["container.back_off"])
            if ran_us >= LONG_ENOUGH_US:
                container.in_a_row = 0
            delay = back_off_us(container.in_a_row, kind)
            container.in_a_row += 1
            container.restarts += 1
            container.state = "restarting"
            self.host.platform.engine.spawn(
                self._restart(container, delay, container.state_seq), is_daemon=True
            )

    def _let_go(self, container: Container, seq: int) -> None:
        """End the kernel that a container had for itself: nobody else needs it."""
        if container.machine is not None:
            container.machine.hypervisor.end(container.machine, seq)
            container.machine = None
        elif container.kernel is not self.host:
            container.kernel.fall(seq)
            memory = container.kernel.platform.memory
            for owner in list(memory.charges):
                memory.release(owner)

    def _since_start(self, process: "Process") -> int:
        engine = self.host.platform.engine
        return engine.now - engine.events[process.start_seq].time

    def _restart(self, container: Container, delay: int, cause: int) -> Work:
        """Start a container again after a delay, unless somebody else has."""
        yield delay
        if container.state == "restarting":
            yield from self.start_again(container, cause)

    def _monitor(self) -> Hypervisor:
        model = HypervisorModel(self.name, "type-2", self.model.arch, 0, None)
        return Hypervisor(model, self.host.platform, self.host, self.mechanisms)
