"""The agent of a node: runs a pod's container, asks after it, starts it anew."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.engine import Engine, Work
from simulator.events import FAILED
from simulator.mechanisms import Value
from simulator.subsystems.container import Container, ContainerEngine
from simulator.subsystems.containers.wishes import Wish
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.namespace import NetworkNamespace
from simulator.subsystems.network.stacks import stack_of
from simulator.subsystems.network.ways import connect
from simulator.subsystems.orchestrator.backoff import next_delay
from simulator.subsystems.orchestrator.models import Probe
from simulator.subsystems.orchestrator.nodes import Node
from simulator.subsystems.orchestrator.pod import Pod


class Kubelet:
    """What the agents of all nodes do; each acts in its own node's name."""

    __slots__ = ("_changed", "_engine", "_mechanisms")

    def __init__(
        self,
        engine: Engine,
        mechanisms: Mapping[str, Value],
        changed: Callable[[Pod], None],
    ) -> None:
        """``changed`` is called whenever a pod becomes ready or ceases to be."""
        self._engine = engine
        self._mechanisms = mechanisms
        self._changed = changed

    def run(self, pod: Pod, node: Node) -> Work:
        """Keep a pod's container running until the pod is deleted."""
        while pod.state != "deleted":
            engine = node.running_engine()
            if engine is None:
                node.away = True
                yield node.back
                continue
            container = yield from self._start(pod, node, engine)
            if container is not None and container.state == "running":
                yield container.main.ended
            if engine.state == "running":
                self._ended(pod, container)
                yield from self._wait(pod, has_image=container is not None)

    def stop(self, pod: Pod, cause: int) -> Work:
        """End a deleted pod's container, with its time of grace, and remove it."""
        container, node = pod.container, pod.node
        if container is None or node is None:
            return
        if container.state == "running":
            yield from container.stop(pod.template.grace_us, cause)
        remove(node.engine, container, pod.seq)

    def record(self, pod: Pod, action: str, outcome: str = "ok", **detail: Any) -> int:
        """Tell what an agent has done with a pod; its last event is the cause."""
        actor = pod.node.kubelet if pod.node is not None else "kubelet"
        detail.setdefault("cause", pod.seq)
        pod.seq = self._engine.record(actor, action, outcome, target=pod.name, **detail)
        return pod.seq

    def _start(self, pod: Pod, node: Node, engine: ContainerEngine) -> Work:
        """Start the pod's next container; the result is the container, if any."""
        before = pod.container
        if before is not None:
            pod.restarts += 1
        repairs = self._mechanisms["orchestrator.replacement"] == "repair"
        if before is not None and repairs:
            yield from engine.start_again(before, pod.seq)
            container: Container | None = before
        else:
            container = yield from self._clone(pod, engine, before)
        pod.started_us = self._engine.now
        if container is None:
            pod.seq = len(self._engine.events) - 1
            return None
        pod.container, pod.seq = container, container.state_seq or pod.seq
        if container.state == "running":
            self._begin(pod, node, container)
        return container

    def _clone(
        self, pod: Pod, engine: ContainerEngine, before: Container | None
    ) -> Work:
        """Make a new container from the image, in the place of the one before.

        The result is None when there is no image, or no room for a container.
        """
        image = yield from engine.find(pod.template.image, "missing", pod.seq)
        if image is None:
            return None
        if before is not None:
            remove(engine, before, pod.seq)
        name = f"{pod.name}-r{pod.restarts}" if pod.restarts else pod.name
        wish = Wish(entrypoint=(pod.template.path,))
        yield from engine.start(name, image, wish, pod.seq)
        made = (c for c in reversed(engine.containers) if c.name == name)
        return next(made, None)

    def _begin(self, pod: Pod, node: Node, container: Container) -> None:
        """Note that the container runs, and begin to ask after it."""
        if pod.state == "deleted":
            self._engine.spawn(self.stop(pod, pod.seq), is_daemon=True)
            return
        pod.state = "running"
        template = pod.template
        if template.readiness is None:
            self._set_ready(pod, ready=True)
        else:
            work = self._watch(
                pod, node, container, template.readiness, self._readiness
            )
            pod.probes.append(self._engine.spawn(work, is_daemon=True))
        if template.liveness is not None:
            work = self._watch(pod, node, container, template.liveness, self._liveness)
            pod.probes.append(self._engine.spawn(work, is_daemon=True))
        self._changed(pod)

    def _ended(self, pod: Pod, container: Container | None) -> None:
        """Note that a container is not running, or not any more."""
        for probe in pod.probes:
            probe.cancel(self._engine)
        pod.probes.clear()
        if container is not None:
            pod.seq = max(pod.seq, container.state_seq or 0)
        if pod.state != "deleted":
            pod.state = "waiting"
        pod.ready = False
        self._changed(pod)

    def _wait(self, pod: Pod, *, has_image: bool) -> Work:
        """Wait as long as a container has to that keeps ending."""
        if pod.state == "deleted":
            return
        ran = self._engine.now - pod.started_us
        mechanism = self._mechanisms["orchestrator.backoff"]
        wait, pod.delay_us = next_delay(pod.delay_us, ran, mechanism)
        if wait == 0:
            return
        seconds = wait // 1_000_000
        what = "restarting failed container" if has_image else "pulling image"
        log = f"Back-off {seconds}s {what}"
        self.record(pod, "back_off", FAILED, delay_s=seconds, log=log)
        yield wait

    def _watch(
        self,
        pod: Pod,
        node: Node,
        container: Container,
        probe: Probe,
        judge: Callable[[Pod, Container, str], Work],
    ) -> Work:
        """Ask again and again; ``judge`` hears of each run of equal answers."""
        yield probe.delay_us
        bad = 0
        while container.state == "running":
            log = yield from self._ask(node, container, probe)
            bad = bad + 1 if log else 0
            if not log or bad >= probe.failures:
                yield from judge(pod, container, log)
                bad = 0
            yield probe.period_us

    def _ask(self, node: Node, container: Container, probe: Probe) -> Work:
        """Connect to the container's port; the result is empty when that worked."""
        yield 0
        inside = stack_at(container)
        host = stack_of(node.engine.host.namespaces.net)
        publish = str(self._mechanisms["network.publish"])
        try:
            connect(host, inside.address, probe.port, publish=publish)
        except NetworkError as error:
            yield min(error.waited_us, probe.timeout_us)
            return f"dial tcp {inside.address}:{probe.port}: {error.log}"
        return ""

    def _liveness(self, pod: Pod, container: Container, log: str) -> Work:
        """Kill a container that is not alive."""
        if not log:
            return
        seq = self.record(
            pod, "liveness_probe", FAILED, log=f"Liveness probe failed: {log}"
        )
        yield from container.stop(pod.template.grace_us, seq)

    def _readiness(self, pod: Pod, container: Container, log: str) -> Work:
        """Let requests go to a container, or not."""
        yield 0
        if (log == "") == pod.ready or container.state != "running":
            return
        if not log:
            self._set_ready(pod, ready=True)
        else:
            log = f"Readiness probe failed: {log}"
            self.record(pod, "readiness_probe", FAILED, log=log)
            self._set_ready(pod, ready=False)
        self._changed(pod)

    def _set_ready(self, pod: Pod, *, ready: bool) -> None:
        pod.ready = ready
        if ready:
            self.record(pod, "pod_ready")


def stack_at(container: Container) -> NetworkNamespace:
    """Return the network stack that a container's processes use."""
    inside = container.inside
    namespaces = container.kernel.namespaces if inside is None else inside.namespaces
    return stack_of(namespaces.net)


def remove(engine: ContainerEngine, container: Container, cause: int) -> None:
    """Remove what is left of a container that has ended, if anything is."""
    if engine.state == "running" and any(c is container for c in engine.containers):
        because = max(cause, container.state_seq or 0)
        engine.remove(container, because, volumes=True)
