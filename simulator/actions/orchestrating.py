"""What an orchestrator is told, and requests to what it keeps running."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from simulator.actions.loading import serve
from simulator.actions.places import Arguments, places_of, service_at
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.network.errors import NetworkError
from simulator.subsystems.orchestrator.control import Orchestrator
from simulator.subsystems.orchestrator.models import (
    SECOND,
    Deployment,
    Template,
    probe_of,
)
from simulator.subsystems.orchestrator.nodes import Node
from simulator.subsystems.orchestrator.pod import Pod
from simulator.subsystems.orchestrator.reaching import reach
from simulator.world import World

PATIENCE_US = 5 * SECOND
"""A client gives up after so long without an answer."""


def start_orchestrator(world: World, arguments: Arguments, asked: int) -> Work:
    """Start an orchestrator's control loops; its machines with an engine join."""
    yield 0
    name = arguments["orchestrator"]
    nodes = list(_nodes(world, world.spec["orchestrators"][name]["nodes"], asked))
    world.orchestrators[name].begin(nodes, asked)


def _nodes(world: World, names: tuple[str, ...], asked: int) -> Iterator[Node]:
    for name in names:
        for place in places_of(world, name, asked):
            find = partial(service_at, place, ContainerEngine)
            engine = find()
            if engine is not None:
                yield Node(place.name, find, engine, world.engine.now)
                continue
            log = "no container engine is running here"
            cause = asked if place.state_seq is None else place.state_seq
            world.engine.record(place.name, "join", FAILED, cause=cause, log=log)


def deploy(world: World, arguments: Arguments, asked: int) -> Work:
    """Want so many pods of an image, from now on."""
    yield 0
    name = arguments["name"]
    fields = world.spec["deployments"][name]
    deployment = Deployment(
        name=name,
        replicas=fields["replicas"],
        template=_template(world, fields, 1),
        port=fields["port"],
        max_surge=fields["max_surge"],
        max_unavailable=fields["max_unavailable"],
        seq=asked,
    )
    world.orchestrators[fields["orchestrator"]].apply(deployment)


def _template(world: World, fields: Mapping[str, Any], revision: int) -> Template:
    return Template(
        revision=revision,
        image=world.named(fields["image"]),
        path=world.programs[fields["run"]].path,
        ram_kib=fields["ram_mib"] * 1024,
        grace_us=fields["grace_s"] * SECOND,
        liveness=probe_of(fields["liveness"]),
        readiness=probe_of(fields["readiness"]),
    )


def _deployed(
    world: World, name: str, asked: int, action: str
) -> tuple[Orchestrator, Deployment] | None:
    """Return a deployment with its orchestrator; record it when it is not there."""
    orchestrator = world.orchestrators[world.spec["deployments"][name]["orchestrator"]]
    found = orchestrator.deployments.get(name)
    if found is None:
        log = f'deployments.apps "{name}" not found'
        world.engine.record(
            orchestrator.name, action, FAILED, cause=asked, target=name, log=log
        )
        return None
    return orchestrator, found


def update_image(world: World, arguments: Arguments, asked: int) -> Work:
    """Want another image for a deployment's pods."""
    yield 0
    found = _deployed(world, arguments["name"], asked, "update_image")
    if found is None:
        return
    orchestrator, deployment = found
    template, program = deployment.template, arguments["run"]
    path = template.path if program is None else world.programs[program].path
    changed = replace(
        template,
        revision=template.revision + 1,
        image=world.named(arguments["image"]),
        path=path,
    )
    orchestrator.change(deployment, asked, changed)


def scale(world: World, arguments: Arguments, asked: int) -> Work:
    """Want another number of a deployment's pods."""
    yield 0
    found = _deployed(world, arguments["name"], asked, "scale")
    if found is not None:
        orchestrator, deployment = found
        deployment.replicas = arguments["replicas"]
        orchestrator.change(deployment, asked)


def run_pod(world: World, arguments: Arguments, asked: int) -> Work:
    """Make one pod that no deployment stands for."""
    yield 0
    orchestrator = world.orchestrators[arguments["orchestrator"]]
    orchestrator.add_bare(arguments["name"], _template(world, arguments, 1), asked)


def delete_pods(world: World, arguments: Arguments, asked: int) -> Work:
    """Delete the pods of a deployment, which makes new ones, or a pod by its name."""
    yield 0
    name = arguments["name"]
    orchestrator = world.orchestrators[arguments["orchestrator"]]
    if not orchestrator.delete_pods(name, asked):
        log = f'pods "{name}" not found'
        world.engine.record(
            orchestrator.name, "delete_pod", FAILED, cause=asked, target=name, log=log
        )


def request(world: World, arguments: Arguments, asked: int) -> Work:
    """Send requests to a deployment's service, which picks a pod for each."""
    yield 0
    name, count = arguments["name"], arguments["count"]
    found = _deployed(world, name, asked, "route")
    if found is None:
        return
    orchestrator, deployment = found
    pods = orchestrator.endpoints(deployment)
    if not pods:
        deployment.failed += count
        log = f'no endpoints available for service "{name}"'
        world.engine.record(
            orchestrator.name, "route", FAILED, cause=asked, target=name, log=log
        )
        return
    turns = Counter((deployment.turn + turn) % len(pods) for turn in range(count))
    deployment.turn += count
    yield from [
        world.engine.spawn(_ask(world, deployment, pods[index], turns[index], asked))
        for index in sorted(turns)
    ]


def _ask(
    world: World, deployment: Deployment, pod: Pod, count: int, asked: int
) -> Work:
    """Send a pod its share of the requests."""
    try:
        owner = reach(pod, deployment.port, world.mechanisms["network.publish"])
    except NetworkError as error:
        yield min(error.waited_us, PATIENCE_US)
        deployment.failed += count
        world.engine.record(
            deployment.name,
            "route",
            FAILED,
            cause=_why(pod, asked),
            target=pod.name,
            requests=count,
            errno=error.errno,
            errno_name=error.errno_name,
            log=error.log,
        )
        return
    deployment.answered += count
    yield from serve(world, owner, count)


def _why(pod: Pod, asked: int) -> int:
    """Return why a pod does not answer: its node is gone, or what it last did."""
    gone = pod.node.engine.state_seq if pod.node is not None else None
    return max(asked, pod.seq) if gone is None or gone < pod.seq else gone


VERBS = {
    "start_orchestrator": start_orchestrator,
    "deploy": deploy,
    "update_image": update_image,
    "scale": scale,
    "run_pod": run_pod,
    "delete_pods": delete_pods,
    "request": request,
}
