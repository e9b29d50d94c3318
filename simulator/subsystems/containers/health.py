"""Health checks: a command run inside a container, again and again."""

from typing import TYPE_CHECKING, Any, Protocol

from simulator.engine import Work
from simulator.events import FAILED, OK
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.containers.images import ContainerImage, Healthcheck
from simulator.subsystems.containers.wishes import Wish, command_of
from simulator.subsystems.files import FileTree
from simulator.subsystems.isolation import Confinement
from simulator.subsystems.kernel import Kernel

if TYPE_CHECKING:
    from simulator.subsystems.processes import Attempt, Process


class Checked(Protocol):
    """A container, as far as its checks have to know it."""

    name: str
    image: ContainerImage
    kernel: Kernel
    root: FileTree
    state: str
    state_seq: int | None
    inside: Confinement | None
    cgroup: Cgroup | None
    wish: Wish
    health: str

    @property
    def main(self) -> Any:
        """Its first process."""


def watch_health(container: Checked) -> None:
    """Begin with the checks of a container that has just started, if it has any."""
    check = container.wish.healthcheck or container.image.config.healthcheck
    if check is None:
        return
    container.health = "starting"
    engine = container.kernel.platform.engine
    engine.spawn(_watch(container, check), is_daemon=True)


def _watch(container: Checked, check: Healthcheck) -> Work:
    """Check for as long as the container runs; failures in a row make it unhealthy."""
    main, failures = container.main, 0
    began = container.kernel.platform.engine.now
    while True:
        yield check.interval_us
        if container.main is not main or container.state != "running":
            return
        status = yield from _run(container, check)
        if container.main is not main or container.state != "running":
            return
        early = container.kernel.platform.engine.now - began < check.start_period_us
        failures = 0 if status == 0 else failures + (not early)
        if status == 0:
            _tell(container, "healthy", 0)
        elif failures >= check.retries:
            _tell(container, "unhealthy", status)


def _run(container: Checked, check: Healthcheck) -> Work:
    """Run the command of a check; the result is its exit status, 1 if it hangs."""
    kernel, inside = container.kernel, container.inside
    path, arguments = command_of(check.command, container.root)
    attempt: Attempt = yield from kernel.execute(
        path,
        cause=container.state_seq,
        root=container.root,
        place=container.name,
        namespaces=inside.namespaces if inside else None,
        credentials=inside.credentials if inside else None,
        cgroup=container.cgroup,
        arguments=arguments,
    )
    process = attempt.process
    if process is None:
        return 1
    timer = kernel.platform.engine.spawn(
        give_up(process, check.timeout_us, attempt.seq), is_daemon=True
    )
    if process.alive:
        yield process.ended
    timer.cancel(kernel.platform.engine)
    return process.exit_status


def give_up(process: "Process", timeout_us: int, cause: int) -> Work:
    """Kill a check that takes too long."""
    yield timeout_us
    if process.alive:
        process.kernel.end(process, signal="SIGKILL", cause=cause)


def _tell(container: Checked, health: str, status: int) -> None:
    """Note how a container is; only a change is worth an event."""
    if container.health == health:
        return
    container.health = health
    container.state_seq = container.kernel.platform.engine.record(
        container.name,
        "health",
        OK if health == "healthy" else FAILED,
        cause=container.state_seq,
        target=container.image.name,
        status=health,
        **({"exit_status": status, "log": "health check failed"} if status else {}),
    )
