"""An orchestrator as its user sees it: nodes, deployments, pods."""

from typing import Any

from simulator.subsystems.orchestrator.control import Orchestrator
from simulator.subsystems.orchestrator.models import Deployment
from simulator.subsystems.orchestrator.pod import Pod


def observe_orchestrator(orchestrator: Orchestrator) -> dict[str, Any]:
    """Return what is wanted and what there is; deleted pods are not shown."""
    return {
        "nodes": {
            node.name: "ready" if node.ready else "not ready"
            for node in orchestrator.nodes
        },
        "deployments": {
            name: _deployment(orchestrator, deployment)
            for name, deployment in orchestrator.deployments.items()
        },
        "pods": {
            pod.name: _pod(pod) for pod in orchestrator.pods if pod.state != "deleted"
        },
    }


def _deployment(orchestrator: Orchestrator, wanted: Deployment) -> dict[str, Any]:
    pods = orchestrator.pods_of(wanted.name)
    updated = [pod for pod in pods if pod.template is wanted.template]
    return {
        "replicas": wanted.replicas,
        "pods": len(pods),
        "ready": sum(pod.ready for pod in pods),
        "updated": len(updated),
        "updated_ready": sum(pod.ready for pod in updated),
        "restarts": sum(pod.restarts for pod in pods),
        "endpoints": len(orchestrator.endpoints(wanted)),
        "nodes": len({pod.node.name for pod in pods if pod.node is not None}),
        "answered": wanted.answered,
        "failed": wanted.failed,
    }


def _pod(pod: Pod) -> dict[str, Any]:
    image = pod.template.image
    return {
        "state": pod.state,
        "ready": pod.ready,
        "restarts": pod.restarts,
        "node": "" if pod.node is None else pod.node.name,
        "image": image if isinstance(image, str) else image.name,
    }
