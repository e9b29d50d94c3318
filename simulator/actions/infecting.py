"""The action that lets a program loose: it runs wherever it can get and can run."""

from simulator.actions.places import Arguments, places_of
from simulator.actions.starting import run_at
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.container import Container
from simulator.subsystems.files import Program
from simulator.subsystems.reach import Place, Way, ways_from
from simulator.world import World, kernel_of, root_of


def infect(world: World, arguments: Arguments, asked: int) -> Work:
    """Let a program loose at a place; it spreads to all that it can reach."""
    program = world.programs[arguments["program"]]
    reached: list[Place] = []
    waiting = [
        (Way(place, "operator"), asked)
        for place in places_of(world, arguments["on"], asked)
    ]
    while waiting:
        way, cause = waiting.pop(0)
        if any(place is way.place for place in reached):
            continue
        reached.append(way.place)
        seq = yield from _intrude(world, program, way, cause)
        if seq is None:
            continue
        for further in ways_from(way.place, world.mechanisms):
            if any(place is further.place for place in reached):
                continue
            if further.closed:
                _stopped(world, program, way.place, further, seq)
            else:
                waiting.append((further, seq))


def _intrude(world: World, program: Program, way: Way, cause: int) -> Work:
    """Put the program into a place and run it there; None when it does not run."""
    place = way.place
    kernel = kernel_of(place)
    if kernel is None or (isinstance(place, Container) and place.state != "running"):
        return None
    seq = world.engine.record(
        program.name, "intrude", cause=cause, target=place.name, by=way.by
    )
    root_of(place, kernel).add(program)
    before = len(kernel.processes)
    yield from run_at(world, place, program, seq)
    started = kernel.processes[before:]
    return started[0].start_seq if started and started[0].alive else None


def _stopped(
    world: World, program: Program, place: Place, further: Way, seq: int
) -> None:
    world.engine.record(
        program.name,
        "intrude",
        FAILED,
        cause=seq,
        target=further.place.name,
        by=further.by,
        log=f"no way out of {place.name}: {further.closed}",
    )


VERBS = {"infect": infect}
