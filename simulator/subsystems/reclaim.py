"""What a kernel takes back when memory is short: page cache, then cold pages."""

from collections.abc import Iterator

from simulator.subsystems.cgroups import Cgroup
from simulator.subsystems.processes import Executive, Process


def reclaim(kernel: Executive, group: Cgroup | None, kib: int) -> tuple[int, int]:
    """Free so much in a group, or on the whole machine, if it can be found.

    Return what was freed and what has to be written to the swap device for it.
    """
    freed = _drop_cache(kernel, group, kib)
    guests = kernel.guests if group is None else ()
    for guest in guests:
        freed += guest.squeeze(kib - freed) if freed < kib else 0
    written = 0
    if freed < kib and kernel.mechanisms["kernel.swap"] == "on":
        written = _swap_out(kernel, group, kib - freed)
        for guest in guests:
            room = kernel.swap_kib - kernel.pages.swapped_kib
            left = min(kib - freed - written, room)
            written += guest.swap_out(left) if left > 0 else 0
    return freed + written, written


def _drop_cache(kernel: Executive, group: Cgroup | None, kib: int) -> int:
    """Drop pages of files that were not read for longest; they are clean."""
    pages, freed = kernel.pages, 0
    found = [
        (entry.order, key)
        for key, entry in pages.cache.items()
        if group is None or group.holds(key[1])
    ]
    for _, key in sorted(found, key=lambda pair: pair[0]):
        entry, owner = pages.cache[key], key[1]
        drop = min(entry.kib, kib - freed)
        freed += drop
        entry.kib -= drop
        kernel.platform.memory.give_back("page cache", drop)
        if owner is not None:
            owner.charge(-drop)
        if not entry.kib:
            del pages.cache[key]
        if freed == kib:
            break
    return freed


def _swap_out(kernel: Executive, group: Cgroup | None, kib: int) -> int:
    """Move private pages to swap, of the process that used its own least lately."""
    moved = 0
    for process in _by_age(kernel, group):
        space = kernel.pages.spaces[process]
        part = min(space.resident, kib - moved, _swap_room(kernel, process))
        if part > 0:
            kernel.pages.give_back(process, part)
            kernel.pages.drop_swapped(process, -part)
            moved += part
        if moved == kib:
            break
    return moved


def _by_age(kernel: Executive, group: Cgroup | None) -> Iterator[Process]:
    found = [
        (space.order, process)
        for process, space in kernel.pages.spaces.items()
        if space.resident and (group is None or group.holds(process.cgroup))
    ]
    for _, process in sorted(found, key=lambda pair: pair[0]):
        yield process


def _swap_room(kernel: Executive, process: Process) -> int:
    """Return how much more of a process can go to swap: its groups may have limits."""
    room: int = kernel.swap_kib - kernel.pages.swapped_kib
    for group in () if process.cgroup is None else process.cgroup.chain:
        if group.swap_max is not None:
            room = min(room, group.swap_max - group.swap_current)
    return room
