"""The control plane: compares what is wanted with what there is, and acts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.engine import Engine, Gate, Work
from simulator.events import FAILED
from simulator.mechanisms import Value
from simulator.subsystems.container import Container
from simulator.subsystems.orchestrator.kubelet import Kubelet
from simulator.subsystems.orchestrator.models import Deployment, Template
from simulator.subsystems.orchestrator.nodes import (
    PERIOD_US,
    Node,
    choose_node,
    why_none,
)
from simulator.subsystems.orchestrator.pod import Pod
from simulator.subsystems.orchestrator.rollout import next_step

REACTION_US = 10_000
"""From a change to the control loop's next look."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient an orchestrator is with its nodes."""

    lease_us: int
    """A node that is not heard of for so long is not ready."""
    evict_us: int
    """Its pods are given up after so much more."""


class Orchestrator:
    """One orchestrator: its nodes, its deployments, its pods, its loops."""

    def __init__(
        self,
        name: str,
        timing: Timing,
        engine: Engine,
        mechanisms: Mapping[str, Value],
        show: Callable[[str, list[Container]], None],
    ) -> None:
        """``show`` is told which containers there are of a deployment, or of a pod."""
        self.name = name
        self.timing = timing
        self._show = show
        self.nodes: list[Node] = []
        self.deployments: dict[str, Deployment] = {}
        self.pods: list[Pod] = []
        self._engine = engine
        self._mechanisms = mechanisms
        self._kubelet = Kubelet(engine, mechanisms, self._notice)
        self._changed = Gate()
        self._numbers: dict[str, int] = {}

    def begin(self, nodes: Iterable[Node], cause: int) -> None:
        """Take nodes in, and start the control loops."""
        for node in nodes:
            self.nodes.append(node)
            node.state_seq = self._record("node_ready", cause, target=node.name)
        self._engine.spawn(self._watch_nodes(), is_daemon=True)
        self._engine.spawn(self._control(), is_daemon=True)

    def apply(self, deployment: Deployment) -> None:
        """Take note of what is wanted from now on.

        What says nothing new about its pods leaves them as they are.
        """
        before = self.deployments.get(deployment.name)
        if before is not None:
            deployment.answered, deployment.failed = before.answered, before.failed
            deployment.template = _newer(before.template, deployment.template)
        self.deployments[deployment.name] = deployment
        self._notice()

    def change(
        self, deployment: Deployment, cause: int, template: Template | None = None
    ) -> None:
        """Want another template, or another number, for a deployment."""
        deployment.seq = cause
        if template is not None:
            deployment.template = template
        self._notice()

    def add_bare(self, name: str, template: Template, cause: int) -> None:
        """Make one pod that no deployment stands for, unless its name is taken.

        The name of a deleted pod is free once its container has ended.
        """
        log = _why_taken([pod for pod in self.pods if pod.name == name])
        if log:
            reason = "AlreadyExists"
            self._record(
                "create_pod", cause, FAILED, target=name, reason=reason, log=log
            )
            return
        self._create("", name, template, cause)
        self._notice()

    def delete_pods(self, group: str, cause: int) -> int:
        """Delete the pods of a deployment, or the pod of this name; return how many.

        What stands behind a deployment is made anew.
        """
        found = [
            pod
            for pod in self.pods
            if group in {pod.owner, pod.name} and pod.state != "deleted"
        ]
        for pod in found:
            self._delete(pod, cause)
        self._notice()
        return len(found)

    def pods_of(self, deployment: str) -> list[Pod]:
        """Return the pods of a deployment that are not being deleted."""
        return [
            pod
            for pod in self.pods
            if pod.owner == deployment and pod.state != "deleted"
        ]

    def endpoints(self, deployment: Deployment) -> list[Pod]:
        """Return the pods that a deployment's service sends requests to."""
        ready_only = self._mechanisms["orchestrator.endpoints"] == "ready"
        return [
            pod
            for pod in self.pods_of(deployment.name)
            if pod.container is not None
            and (pod.ready or (not ready_only and pod.state == "running"))
            and pod.node is not None
            and pod.node.ready
        ]

    def _notice(self, pod: Pod | None = None) -> None:
        """Wake the control loop; show the containers that there are now."""
        if pod is not None:
            group = pod.owner or pod.name
            alike = (p for p in self.pods if (p.owner or p.name) == group)
            containers = (p.container for p in alike if p.state == "running")
            self._show(group, [c for c in containers if c is not None])
        if not self._changed.is_open:
            self._engine.open(self._changed)

    def _control(self) -> Work:
        """The control loop: sleep until something changes, then act on it."""
        while True:
            yield self._changed
            yield REACTION_US
            self._changed = Gate()
            for deployment in self.deployments.values():
                self._reconcile(deployment)
            for pod in self.pods:
                if pod.state == "pending":
                    self._schedule(pod)

    def _reconcile(self, deployment: Deployment) -> None:
        pods = self.pods_of(deployment.name)
        mechanism = self._mechanisms["orchestrator.rollout"]
        leaving = any(
            pod.owner == deployment.name and _is_still_there(pod) for pod in self.pods
        )
        count, surplus = next_step(deployment, pods, mechanism)
        for pod in surplus:
            self._delete(pod, deployment.seq)
        if mechanism == "recreate" and leaving:
            return
        for _ in range(count):
            name = f"{deployment.name}-{self._next(deployment.name)}"
            self._create(
                deployment.name, name, deployment.template, self._why(deployment)
            )

    def _why(self, deployment: Deployment) -> int:
        """Return why a pod is missing: the last loss of one, or the wish itself."""
        gone = (
            pod.seq
            for pod in self.pods
            if pod.owner == deployment.name and pod.state == "deleted"
        )
        return max((deployment.seq, *gone))

    def _next(self, name: str) -> int:
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    def _create(self, owner: str, name: str, template: Template, cause: int) -> None:
        seq = self._record("create_pod", cause, target=name, revision=template.revision)
        self.pods.append(Pod(name, owner, template, seq, self._engine.now))

    def _schedule(self, pod: Pod) -> None:
        """Bind a pod to a node, and let the node's agent run it."""
        template = pod.template
        group = [p.node.name for p in self.pods_of(pod.owner) if p.node is not None]
        mechanism = self._mechanisms["orchestrator.scheduling"]
        node = choose_node(self.nodes, template.ram_kib, group, mechanism)
        if node is None:
            if not pod.refused:
                pod.refused = True
                log = why_none(self.nodes)
                pod.seq = self._record(
                    "schedule", pod.seq, FAILED, target=pod.name, log=log
                )
            return
        node.promised[pod.name] = template.ram_kib
        pod.node, pod.state = node, "starting"
        pod.seq = self._record("schedule", pod.seq, target=pod.name, node=node.name)
        work = self._kubelet.run(pod, node)
        pod.task = self._engine.spawn(work, is_daemon=True)

    def _delete(self, pod: Pod, cause: int) -> None:
        """Let a pod go; its node ends its container when it can."""
        seq = self._record("delete_pod", max(cause, pod.seq), target=pod.name)
        pod.state, pod.ready, pod.seq = "deleted", False, seq
        if pod.node is not None:
            pod.node.promised.pop(pod.name, None)
        self._engine.spawn(self._stop(pod, seq), is_daemon=True)

    def _stop(self, pod: Pod, seq: int) -> Work:
        yield from self._kubelet.stop(pod, seq)
        self._notice()

    def _watch_nodes(self) -> Work:
        """Look at the leases, period by period."""
        while True:
            yield PERIOD_US
            now = self._engine.now
            for node in self.nodes:
                if node.running_engine() is not None:
                    node.renewed_us = now
                    if node.away or not node.ready:
                        self._welcome(node)
                elif self._mechanisms["orchestrator.lease"] == "none":
                    continue
                elif node.ready and now - node.renewed_us >= self.timing.lease_us:
                    self._give_up(node)
                elif not node.ready and now - node.lost_us >= self.timing.evict_us:
                    self._evict(node)

    def _welcome(self, node: Node) -> None:
        """A node is there again: its agent goes on with what it finds."""
        node.ready, node.away = True, False
        node.state_seq = self._record(
            "node_ready", node.engine.state_seq, target=node.name
        )
        back, node.back = node.back, Gate()
        self._engine.open(back)
        self._notice()

    def _give_up(self, node: Node) -> None:
        node.ready, node.lost_us = False, self._engine.now
        node.state_seq = self._record(
            "node_not_ready",
            node.engine.state_seq,
            FAILED,
            target=node.name,
            log="NodeStatusUnknown: Kubelet stopped posting node status",
        )
        for pod in self.pods:
            if pod.node is node:
                pod.ready = False
        self._notice()

    def _evict(self, node: Node) -> None:
        """Delete the pods of a node that has been away for too long."""
        for pod in self.pods:
            if pod.node is node and pod.state != "deleted":
                self._delete(pod, node.state_seq)
        self._notice()

    def _record(
        self, action: str, cause: int | None, outcome: str = "ok", **detail: Any
    ) -> int:
        return self._engine.record(self.name, action, outcome, cause=cause, **detail)


def _newer(before: Template, wanted: Template) -> Template:
    """Return the template that holds, with the next number if it is another one."""
    if before.says() == wanted.says():
        return before
    return replace(wanted, revision=before.revision + 1)


def _why_taken(namesakes: list[Pod]) -> str:
    """Return what an API server says when a pod has this name already; else nothing."""
    there = [pod for pod in namesakes if pod.state != "deleted"]
    if there:
        return f'pods "{there[0].name}" already exists'
    ending = [pod for pod in namesakes if _is_still_there(pod)]
    if ending:
        return f'object is being deleted: pods "{ending[0].name}" already exists'
    return ""


def _is_still_there(pod: Pod) -> bool:
    """Return whether a deleted pod's container has not ended yet."""
    return (
        pod.state == "deleted"
        and pod.container is not None
        and pod.container.state == "running"
    )
