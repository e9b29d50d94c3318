"""Actions with containers that exist: another start, their removal."""

from collections.abc import Iterator

from simulator.actions.places import Arguments, places_of
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import Container, ContainerEngine
from simulator.world import World


def restart_container(world: World, arguments: Arguments, asked: int) -> Work:
    """Start containers that have ended again, with the files that they left."""
    for engine, container in _containers(world, arguments, asked, "restart_container"):
        if container.state == "running":
            continue
        yield from engine.start_again(container, asked)


def remove_container(world: World, arguments: Arguments, asked: int) -> Work:
    """Remove containers: their own layers go, images and named volumes stay."""
    found = list(_containers(world, arguments, asked, "remove_container"))
    for engine, container in found:
        if container.state == "running" and not arguments["force"]:
            world.engine.record(
                engine.name,
                "remove",
                FAILED,
                cause=container.state_seq,
                target=container.name,
                log=f'cannot remove container "/{container.name}":'
                " container is running: stop the container before removing or"
                " force remove",
            )
            continue
        if container.state == "running":
            yield from container.stop(0, asked)
        engine.remove(container, asked, volumes=arguments["volumes"])
        world.places[arguments["on"]].remove(container)


def _containers(
    world: World, arguments: Arguments, asked: int, action: str
) -> Iterator[tuple[ContainerEngine, Container]]:
    """Go through the containers that are meant, each with its engine."""
    for place in list(places_of(world, arguments["on"], asked)):
        engine = world.engine_of(place) if isinstance(place, Container) else None
        if isinstance(place, Container) and engine is not None:
            yield engine, place
            continue
        because = asked if place.state_seq is None else place.state_seq
        log = f"Error response from daemon: No such container: {place.name}"
        world.engine.record(place.name, action, FAILED, cause=because, log=log)


VERBS = {
    "restart_container": restart_container,
    "remove_container": remove_container,
}
