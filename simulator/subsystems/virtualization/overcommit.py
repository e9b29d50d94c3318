"""What a level does when its guests believe in more memory than it has.

Balloons first: each takes pages that its guest's kernel chose itself, so that nothing
is lost but the page cache. Then the host swaps, blindly: it cannot know which pages of
a guest matter. Equal pages of guests can share one frame, until one of them is written.
"""

from collections.abc import Iterator
from typing import Protocol

from simulator.calibration import figure
from simulator.engine import Work
from simulator.events import FAILED
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.platform import Platform
from simulator.subsystems.reclaim import reclaim
from simulator.subsystems.virtualization.machine import VirtualMachine
from simulator.subsystems.virtualization.memory import GuestMemory

SYSTEM_PAGES = ("kernel", "drivers", "services")
"""Owners of a guest's memory whose pages are the same in guests of one system."""
MERGED = "merged pages"
"""Who has the frames that guests share, in the accounts of the host."""
PAGE_KIB = 4
COMPARE_NS = 500
"""What it takes to look for an equal page: this model's choice."""
PART = 64
"""A balloon is asked for at least one part in so many of the host's memory."""
RETRY_US = figure("balloon_retry")
"""A balloon that gets no page in its guest tries again after so long."""
MOST_RETRIES = 10
KIB = 1024


class Overcommitter(Protocol):
    """A hypervisor, as far as memory goes."""

    below: Platform
    host: Kernel | None
    machines: list[VirtualMachine]
    shared: dict[str, int]

    @property
    def name(self) -> str:
        """The product's name."""


def asks(machine: VirtualMachine) -> bool:
    """Return whether it is this machine that wants memory at the moment."""
    memory = machine.memory
    return isinstance(memory, GuestMemory) and memory.asks


def squeeze(owner: Overcommitter, kib: int) -> int:
    """Take memory from guests that have a balloon, from each its share.

    Return the frames that came.
    """
    wanted = max(kib, owner.below.memory.capacity_kib // PART)
    asked = [p for p in _guests(owner) if p[1].has_balloon and not p[1].asks]
    got = 0
    for number, (machine, memory) in enumerate(asked):
        share = -(-(wanted - got) // (len(asked) - number))
        frames = inflate(machine, memory, share)
        got += frames
        if frames:
            _record(owner, "inflate_balloon", machine, frames)
    return got


def inflate(machine: VirtualMachine, memory: GuestMemory, kib: int) -> int:
    """Grow a balloon until the host has so many frames, or the guest no page."""
    frames = memory.inflate(min(kib, memory.kept_kib))
    kernel = machine.occupant
    if frames < kib and kernel is not None and kernel.state == "running":
        memory.inflate(memory.free_kib)
        reclaim(kernel, None, kib - frames)
        frames += memory.inflate(kib - frames)
    return frames


def swap_guests(owner: Overcommitter, kib: int) -> int:
    """Move pages of guests to swap, the largest guest's first; return how much."""
    moved = 0
    largest = sorted(_guests(owner), key=lambda pair: -pair[1].resident_kib)
    for machine, memory in largest:
        part = memory.swap_out(kib - moved)
        moved += part
        if part:
            _record(owner, "swap_out", machine, part)
    return moved


def merge_pages(owner: Overcommitter, cause: int) -> Work:
    """Let equal pages of guests share frames (kernel samepage merging)."""
    contents: dict[str, list[tuple[VirtualMachine, GuestMemory, int]]] = {}
    scanned = 0
    for machine, memory in _guests(owner):
        scanned += memory.used_kib
        for content, kib in _contents(machine, memory):
            contents.setdefault(content, []).append((machine, memory, kib))
    yield from owner.below.cores.use(scanned // PAGE_KIB * COMPARE_NS // 1000)
    saved = 0
    for content, found in contents.items():
        if len(found) < 2 and content not in owner.shared:  # noqa: PLR2004  a pair
            continue
        for machine, memory, kib in found:
            if machine.state == "on" and content not in memory.merged:
                memory.merge(content, kib)
                saved += kib
        if content not in owner.shared:
            owner.shared[content] = found[0][2]
            owner.below.memory.charge(MERGED, found[0][2])
            saved -= found[0][2]
    owner.below.engine.record(
        owner.name, "merge_pages", cause=cause, scanned_kib=scanned, saved_kib=saved
    )


def write_system(owner: Overcommitter, machine: VirtualMachine, cause: int) -> None:
    """Let a guest write over its system's pages, as an update does: copies come."""
    memory = machine.memory
    engine = machine.engine
    if not isinstance(memory, GuestMemory):
        return
    for content in list(memory.merged):
        kib = memory.merged.get(content, 0)
        if memory.split(content):
            cause = engine.record(
                owner.name, "copy_on_write", cause=cause, target=machine.name, kib=kib
            )
        else:
            engine.record(
                owner.name,
                "copy_on_write",
                FAILED,
                cause=cause,
                target=machine.name,
                kib=kib,
                log=f"no frame for a copy of {kib} KiB that {machine.name} wrote",
            )
    drop_unused(owner)


def drop_unused(owner: Overcommitter) -> None:
    """Free the shared frames that no guest has any more."""
    used = {content for _, memory in _guests(owner) for content in memory.merged}
    for content in [content for content in owner.shared if content not in used]:
        owner.below.memory.give_back(MERGED, owner.shared.pop(content))


def set_balloon(
    owner: Overcommitter, machine: VirtualMachine, kib: int, cause: int
) -> Work:
    """Bring a balloon to a size; out of pages it tries again, as long as it may."""
    memory = machine.memory
    engine = machine.engine
    if not isinstance(memory, GuestMemory) or not memory.has_balloon:
        log = "the guest has no driver of a balloon"
        engine.record(
            owner.name,
            "set_balloon",
            FAILED,
            cause=cause,
            target=machine.name,
            log=log,
        )
        return
    memory.deflate(max(0, memory.balloon_kib - kib))
    for _ in range(MOST_RETRIES):
        inflate(machine, memory, min(kib - memory.balloon_kib, memory.kept_kib))
        memory.inflate(max(0, kib - memory.balloon_kib))
        if memory.balloon_kib < kib:
            inflate(machine, memory, kib - memory.balloon_kib)
        missing = kib - memory.balloon_kib
        if missing <= 0 or machine.state != "on":
            break
        cause = engine.record(
            machine.name,
            "balloon",
            FAILED,
            cause=cause,
            target=machine.name,
            log=f"Out of puff! Can't get {missing // PAGE_KIB} pages",
        )
        yield RETRY_US
    engine.record(
        owner.name,
        "set_balloon",
        cause=cause,
        target=machine.name,
        kib=memory.balloon_kib,
    )


def _guests(owner: Overcommitter) -> Iterator[tuple[VirtualMachine, GuestMemory]]:
    for machine in owner.machines:
        memory = machine.memory
        if machine.state == "on" and isinstance(memory, GuestMemory):
            yield machine, memory


def _contents(
    machine: VirtualMachine, memory: GuestMemory
) -> Iterator[tuple[str, int]]:
    """Go through the pages of a guest that others may have too."""
    kernel = machine.occupant
    if kernel is None or kernel.state != "running":
        return
    system = kernel.system
    for part in SYSTEM_PAGES:
        kib = memory.charges.get(part, 0)
        if kib and kib <= memory.resident_kib:
            yield f"{system.family} {system.version} {part} {kib}", kib


def _record(
    owner: Overcommitter, action: str, machine: VirtualMachine, kib: int
) -> None:
    owner.below.engine.record(
        owner.name, action, cause=machine.state_seq, target=machine.name, kib=kib
    )
