"""The OOM killer: which process ends when no memory can be found."""

from collections.abc import Iterator
from typing import Any

from simulator.events import FAILED
from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.memory import Victim
from simulator.subsystems.processes import Executive, Process

NEVER = -1000
"""An ``oom_score_adj`` that exempts a process."""


def kill(
    kernel: Executive,
    group: Cgroup | None,
    cause: int | None,
    asker: Process | None = None,
) -> int | None:
    """End a process to free memory; return the event's ``seq``, None: nobody is left.

    ``group`` is the cgroup whose limit was reached, None when it is the machine.
    ``cause`` is the event that wanted memory, ``asker`` the process, if it was one.
    """
    if group is not None:
        group.count("oom")
    chosen = _choose(kernel, group, asker)
    if chosen is None:
        return None
    if isinstance(chosen, Victim):
        said = _said(chosen.name, chosen.kib, group)
        seq = _record(kernel, chosen.name, cause, said)
        chosen.kill(seq)
        return seq
    return _end(kernel, chosen, group, cause)


def badness(kernel: Executive, process: Process, group: Cgroup | None = None) -> int:
    """Return how much a process asks to be killed, in KiB of memory.

    Its memory, in RAM and in swap; ``oom_score_adj`` adds or takes off thousandths
    of all there is: of the machine, or of the group whose limit was reached.
    """
    whole = kernel.platform.memory.capacity_kib + kernel.swap_kib
    if group is not None and group.memory_max is not None:
        whole = group.memory_max
    size: int = kernel.pages.size_of(process)
    return size + process.program.oom_score_adj * whole // 1000


def _choose(
    kernel: Executive, group: Cgroup | None, asker: Process | None
) -> Process | Victim | None:
    """Return who has to go; of equals the one that came last, as in the kernel."""
    found = list(_candidates(kernel, group))
    way = kernel.mechanisms["kernel.oom_choice"]
    if way == "asker" and asker is not None and asker in found:
        return asker
    if way == "badness":
        found.sort(key=lambda process: badness(kernel, process, group))
    chosen = found[-1] if found else None
    others = [] if group is not None else _others(kernel)
    most = max(others, key=lambda victim: victim.kib, default=None)
    if most is None or (
        chosen is not None and badness(kernel, chosen, group) > most.kib
    ):
        return chosen
    return most


def _candidates(kernel: Executive, group: Cgroup | None) -> Iterator[Process]:
    for process in kernel.processes:
        if not process.alive or process.program.oom_score_adj == NEVER:
            continue
        if group is None or group.holds(process.cgroup):
            yield process


def _others(kernel: Executive) -> list[Victim]:
    return [victim for guest in kernel.guests for victim in guest.victims()]


def _end(
    kernel: Executive, chosen: Process, group: Cgroup | None, cause: int | None
) -> int:
    """Kill a process, with its whole group where that is set."""
    everyone = [chosen]
    together = _together(chosen, group)
    if together is not None:
        # An init last: its end would end the others before their turn.
        everyone = list(_candidates(kernel, together))[::-1]
    first = 0
    for process in everyone:
        if process.cgroup is not None:
            process.cgroup.count("oom_kill")
        path, size = process.program.path, kernel.pages.size_of(process)
        said = {"pid": process.pid, **_said(path, size, group, f"{process.pid} ")}
        seq = _record(kernel, path, cause, said)
        kernel.end(process, signal="SIGKILL", cause=seq, log="Killed")
        first = first or seq
    return first


def _together(process: Process, group: Cgroup | None) -> Cgroup | None:
    """Return the outermost group with ``memory.oom.group``, up to the limit's."""
    found = None
    for above in process.cgroup.chain if process.cgroup is not None else ():
        found = above if above.oom_group else found
        if above is group:
            break
    return found


def _said(
    target: str, kib: int, group: Cgroup | None, number: str = ""
) -> dict[str, Any]:
    """Return what the kernel's log says of a kill."""
    kind = "Out of memory" if group is None else "Memory cgroup out of memory"
    name = target.rpartition("/")[2]
    return {
        "cgroup": "" if group is None else group.name,
        "kib": kib,
        "log": f"{kind}: Killed process {number}({name}) anon-rss:{kib}kB",
    }


def _record(
    kernel: Executive, target: str, cause: int | None, said: dict[str, Any]
) -> int:
    return kernel.platform.engine.record(
        kernel.name,
        "oom_kill",
        FAILED,
        cause=cause,
        target=target,
        signal="SIGKILL",
        **said,
    )
