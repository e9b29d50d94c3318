"""Programs that want memory, for tests: one container each, or on the machine."""

from collections.abc import Sequence
from typing import Any

from simulator import Run
from tests.simulator.worlds import BOOT, ENGINE, Step, box, install, merged, run

MIB = 1024
USED_MIB = 317
"""RAM that the system of the tests takes."""
Steps = Sequence[Step]


def does(*steps: Step, **more: Any) -> dict[str, Any]:
    """A world whose program `app` does some steps, and has no memory to begin with."""
    bare = {"ram_mib": 0, "text_mib": 0, "does": list(steps), **more}
    return {"programs": {"app": bare}}


def allocate(mib: int, **more: Any) -> Step:
    return {"allocate": {"mib": mib, **more}}


def touch(mib: int, **more: Any) -> Step:
    return {"touch": {"mib": mib, **more}}


def free(mib: int) -> Step:
    return {"free": {"mib": mib}}


def read_file(mib: int, path: str = "/data") -> Step:
    return {"read_file": {"mib": mib, "path": path}}


def sleep(ms: int) -> Step:
    return {"sleep": {"ms": ms}}


def wait(seconds: int = 60) -> Step:
    return {"wait": {"seconds": seconds}}


def machine(
    *steps: Step,
    ram_mib: int = 1024,
    swap_mib: int = 0,
    world: dict[str, Any] | None = None,
    count: int = 1,
    **more: Any,
) -> Run:
    """The program runs on a machine that has so much memory besides the system's."""
    sizes = {
        "machines": {"server": {"ram_mib": USED_MIB + ram_mib}},
        "systems": {"linux": {"swap_mib": swap_mib}},
    }
    ran: list[Step] = [{"exec": {"program": "app", "on": "server"}}] * count
    parts = merged(merged(does(*steps), sizes), world or {})
    return run([*BOOT, install("app"), *ran, wait()], world=parts, **more)


def boxed(
    *steps: Step,
    limits: dict[str, Any],
    swap_mib: int = 0,
    count: int = 1,
    world: dict[str, Any] | None = None,
    then: Sequence[Step] = (),
    **more: Any,
) -> Run:
    """The program runs in containers with limits on a machine with memory enough."""
    swap = {"systems": {"linux": {"swap_mib": swap_mib}}}
    parts = merged(merged(does(*steps), swap), world or {})
    plan = [*ENGINE, box(count, limits=limits), wait(), *then]
    return run(plan, world=parts, **more)


def group(done: Run, name: str = "box-1") -> dict[str, Any]:
    found: dict[str, Any] = done.observation["cgroups"]["linux-1"][name]
    return found


def charges(done: Run) -> dict[str, int]:
    """Who has the machine's memory, without what the system and the engine take."""
    found: dict[str, int] = done.observation["machines"]["server"]["charges"]
    system = {"kernel", "drivers", "services", "pid 2"}
    return {
        owner: kib
        for owner, kib in found.items()
        if owner not in system and not owner.startswith("box")
    }
