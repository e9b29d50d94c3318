"""Actions with builds: an image from a Dockerfile, a change in the build context."""

from simulator.actions.places import Arguments, places_of, service_at
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.builds.context import Context
from simulator.subsystems.builds.outcome import Outcome
from simulator.subsystems.builds.surroundings import Request
from simulator.subsystems.container import ContainerEngine
from simulator.world import World


def build(world: World, arguments: Arguments, asked: int) -> Work:
    """Build an image from a Dockerfile and a context, and give it a tag."""
    builds, named = world.builds, arguments["dockerfile"]
    outcome = builds.outcomes[arguments["name"]] = Outcome(arguments["name"], named)
    text = builds.texts[named]
    context = builds.contexts.get(arguments["context"] or "")
    request = Request(
        name=arguments["name"].replace("_", "-"),
        dockerfile=named,
        text=text,
        context=context or Context("nothing"),
        tag=arguments["tag"],
        args=dict(entry.partition("=")[::2] for entry in arguments["args"]),
        secrets=arguments["secrets"],
        target=arguments["target"],
        arch=arguments["arch"],
        no_cache=arguments["no_cache"],
    )
    for place in places_of(world, arguments["on"], asked):
        engine = service_at(place, ContainerEngine)
        if engine is None:
            log = "Cannot connect to the daemon: no container engine is running here"
            because = asked if place.state_seq is None else place.state_seq
            world.engine.record(place.name, "build", FAILED, cause=because, log=log)
            outcome.state, outcome.log = "failed", log
            continue
        yield from builds.builder(engine).build(request, outcome, asked)


def change_file(world: World, arguments: Arguments, asked: int) -> Work:
    """Write a file of a build context anew, with other content or with the same."""
    yield 0
    context = world.builds.contexts[arguments["context"]]
    path = f"/{arguments['path']}"
    context.write(path, arguments["content"], world.engine.now)
    world.engine.record("operator", "write_file", cause=asked, target=path)


VERBS = {"build": build, "change_file": change_file}
