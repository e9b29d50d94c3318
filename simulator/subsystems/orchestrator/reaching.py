"""The way from a service to a pod that stands for it."""

from typing import cast

from simulator.mechanisms import Value
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.network.stacks import stack_of
from simulator.subsystems.network.ways import connect
from simulator.subsystems.orchestrator.kubelet import stack_at
from simulator.subsystems.orchestrator.pod import Pod
from simulator.subsystems.processes import Process


def reach(pod: Pod, port: int, publish: Value) -> Process:
    """Return the process that answers on a pod's port, as its node reaches it.

    Raises NetworkError when the node is gone or nothing listens.
    """
    node, container = pod.node, pod.container
    if node is None or container is None or node.engine.state != "running":
        log = f"connect {pod.name}:{port}: No route to host"
        raise NetworkError("EHOSTUNREACH", log)
    host = stack_of(node.engine.host.namespaces.net)
    address = stack_at(container).address
    found = connect(host, address, port, publish=str(publish))
    return cast("Process", found.socket.owner)
