"""Actions with images: getting them from a registry, putting them there."""

from simulator.actions.places import Arguments, places_of, service_at
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.containers.store import SHOWN
from simulator.world import World


def pull(world: World, arguments: Arguments, asked: int) -> Work:
    """Get what a tag leads to now, or an image by its digest, from a registry."""
    named = arguments["image"]
    for place in places_of(world, arguments["on"], asked):
        engine = service_at(place, ContainerEngine)
        if engine is None:
            log = "Cannot connect to the daemon: no container engine is running here"
            because = asked if place.state_seq is None else place.state_seq
            world.engine.record(place.name, "pull", FAILED, cause=because, log=log)
            continue
        yield from engine.store.pull(world.named(named), asked)


def push(world: World, arguments: Arguments, asked: int) -> Work:
    """Put images into a registry: its tag leads to these from now on."""
    yield 0
    registry, tag = world.registries[arguments["registry"]], arguments["tag"]
    digest = registry.push(tag, [world.images[name] for name in arguments["images"]])
    world.engine.record(
        registry.name, "push", cause=asked, target=tag, digest=digest[:SHOWN]
    )


VERBS = {"pull": pull, "push": push}
