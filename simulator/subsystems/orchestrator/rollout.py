"""The step that a deployment takes next: how many pods to add, which to remove."""

from collections.abc import Sequence

from simulator.mechanisms import Value
from simulator.subsystems.orchestrator.models import Deployment
from simulator.subsystems.orchestrator.pod import Pod


def next_step(
    wanted: Deployment, pods: Sequence[Pod], mechanism: Value
) -> tuple[int, list[Pod]]:
    """Return how many pods of the present template to add, and those to delete.

    ``pods``: its pods that are not being deleted. ``mechanism``: ``rolling`` keeps
    to the deployment's bounds on the way from one template to the next,
    ``recreate`` deletes all old pods first.
    """
    new = [pod for pod in pods if pod.template is wanted.template]
    old = [pod for pod in pods if pod.template is not wanted.template]
    if mechanism == "recreate" and old:
        return 0, old
    missing = wanted.replicas - len(new)
    if missing < 0:
        ordered = _least_ready(new)
        surplus, kept = ordered[:-missing], ordered[-missing:]
        return 0, [*_removable(wanted, kept, old), *surplus]
    room = wanted.replicas + wanted.max_surge - len(pods) if old else missing
    return max(0, min(missing, room)), _removable(wanted, new, old)


def _removable(wanted: Deployment, new: Sequence[Pod], old: Sequence[Pod]) -> list[Pod]:
    """Return the old pods that can go: those that serve nobody, then what is spare."""
    least = wanted.replicas - wanted.max_unavailable
    idle = [pod for pod in old if not pod.ready]
    serving = [pod for pod in old if pod.ready]
    spare = len(serving) + sum(pod.ready for pod in new) - least
    return [*idle, *serving[: max(0, spare)]]


def _least_ready(pods: Sequence[Pod]) -> list[Pod]:
    """Return pods in the order in which they can be spared, the newest first."""
    newest = [*pods]
    newest.reverse()
    return sorted(newest, key=lambda pod: pod.ready)
