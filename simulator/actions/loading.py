"""The action that puts running programs to work."""

from simulator.actions.places import Arguments
from simulator.actions.requests import Client
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.costs import request_cost
from simulator.subsystems.processes import Process
from simulator.subsystems.virtualization import VirtualMachine
from simulator.world import World


def load(world: World, arguments: Arguments, asked: int) -> Work:
    """Send requests to a program: all at once to each process, or one by one.

    With ``rate`` (per second) or ``concurrency`` (clients that wait) each request has
    a latency of its own; in the ``background`` the plan goes on meanwhile.
    """
    if arguments["rate"] is not None or arguments["concurrency"] is not None:
        client = world.engine.spawn(Client(world, arguments, asked).run())
        if not arguments["background"]:
            yield client
        return
    name = arguments["program"]
    processes = list(world.processes(name))
    if not processes:
        log = f"connection refused: no process of {name} is running"
        world.engine.record(name, "serve", FAILED, cause=asked, log=log)
        return
    tasks = [
        world.engine.spawn(serve(world, process, arguments["requests"]))
        for process in processes
    ]
    yield from tasks


def serve(world: World, process: Process, requests: int) -> Work:
    """Let a process work off requests; each costs CPU time and device operations."""
    platform = process.kernel.platform
    binary, program = process.image.binary, process.program
    cost = request_cost(process.serves, platform, process.operation_ns)
    span = max(1, requests * cost.ns // 1000)
    began = world.engine.now
    if isinstance(platform, VirtualMachine):
        yield from platform.touch(platform.memory.charges.get(process.owner, 0))
    yield from process.compute(span)
    platform.exits += requests * cost.exits
    platform.host_calls += requests * cost.calls
    process.served += requests
    mean_ns = (world.engine.now - began) * 1000 // requests
    world.request_ns[program.name].append(mean_ns)
    world.engine.record(
        process.kernel.name,
        "serve",
        cause=process.start_seq,
        target=program.path,
        place=process.place,
        binary=binary.name,
        requests=requests,
        mean_request_ns=mean_ns,
        exits=requests * cost.exits,
        host_calls=requests * cost.calls,
    )


VERBS = {
    "load": load,
}
