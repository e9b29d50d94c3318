"""Who has how much of a machine's RAM, with the guests' own shares inside theirs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.drawing.traced import MOST as MOST_EVENTS
from simulator.drawing.traced import Traced

Node = Mapping[str, Any]

MOST = 11
"""Further shares are drawn as one: the smallest ones."""
KERNEL_PARTS = frozenset({"kernel", "drivers", "services", "init"})


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one machine's RAM."""

    kind: str
    """The class of its box: a kind of part, ``cache``, ``more`` or ``free``."""
    label: str
    kib: int
    seqs: tuple[int, ...] = ()
    guest: "Owner | None" = None
    """The virtual machine whose memory it is."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A cgroup with a limit of memory: how much of it is used."""

    name: str
    kib: int
    limit_kib: int
    limit: str
    """The file that sets it: ``memory.max`` or ``memory.high``."""
    swap_kib: int


@dataclass(frozen=True, slots=True)
class Owner:
    """A machine, and who has its RAM; what nobody has comes last."""

    name: str
    ram_kib: int
    used_kib: int
    shares: tuple[Share, ...]
    bounded: tuple[Bounded, ...] = ()
    """The cgroups of its kernel that have a limit."""

    def all(self) -> Iterator["Owner"]:
        """Yield this machine and its guests, each followed by those inside it."""
        yield self
        for share in self.shares:
            if share.guest is not None:
                yield from share.guest.all()


def owner_of(machine: Node, traced: Traced) -> Owner:
    """Return the shares of a machine's RAM."""
    parts = {part["name"]: part for part in _parts(machine)}
    kernels = [name for name, part in parts.items() if part["kind"] == "kernel"]
    merged: dict[tuple[str, str], Share] = {}
    for name, kib in machine["charges"].items():
        share = _of_process(name, kib, kernels, traced)
        share = share or _of_guest(name, kib, parts, traced) or _share(name, kib, parts)
        known = merged.get((share.kind, share.label))
        merged[share.kind, share.label] = share if known is None else _sum(known, share)
    shares = _cut(list(merged.values()))
    free = machine["ram_kib"] - sum(share.kib for share in shares)
    return Owner(
        machine["name"],
        machine["ram_kib"],
        machine["used_kib"],
        (*shares, Share("free", "free", free)),
        tuple(group for name in kernels for group in _bounded(traced.cgroups(name))),
    )


def _bounded(groups: Mapping[str, Node]) -> Iterator[Bounded]:
    """Yield the cgroups with a limit; of two limits the one that is reached first."""
    for name, group in groups.items():
        memory = group["memory"]
        files = {"memory.max": memory["max_kib"], "memory.high": memory["high_kib"]}
        limits = {file: kib for file, kib in files.items() if kib is not None}
        if limits:
            file = min(limits, key=lambda which: limits[which])
            kib, swap = memory["current_kib"], memory["swap_kib"]
            yield Bounded(name, kib, limits[file], file, swap)


def _parts(machine: Node) -> list[Node]:
    """Return the parts that share a machine's memory: not those inside its guests."""
    found: list[Node] = []
    for child in machine["children"]:
        found.append(child)
        if child["kind"] != "vm":
            found += _parts(child)
    return found


def _of_process(
    owner: str, kib: int, kernels: Sequence[str], traced: Traced
) -> Share | None:
    word, _, number = owner.partition(" ")
    if word != "pid" or not kernels:
        return None
    pid = int(number)
    label = traced.program(kernels[0], pid) or owner
    return Share("process", label, kib, traced.process(kernels[0], pid))


def _of_guest(
    owner: str, kib: int, parts: Mapping[str, Node], traced: Traced
) -> Share | None:
    part = parts.get(owner)
    if part is None or part["kind"] != "vm":
        return None
    return Share("vm", owner, kib, part["seqs"], owner_of(part, traced))


def _share(owner: str, kib: int, parts: Mapping[str, Node]) -> Share:
    word, _, rest = owner.partition(" ")
    if owner in parts:
        part = parts[owner]
        label = "containers" if part["kind"] == "container" else owner
        return Share(part["kind"], label, kib, part["seqs"])
    if owner in KERNEL_PARTS:
        return Share("kernel", owner, kib)
    if word in parts:
        return Share("hypervisor", f"{word} for {rest}", kib, parts[word]["seqs"])
    return Share("cache" if "cache" in owner else "more", owner, kib)


def _sum(one: Share, other: Share) -> Share:
    seqs = sorted({*one.seqs, *other.seqs})[:MOST_EVENTS]
    return Share(one.kind, one.label, one.kib + other.kib, tuple(seqs))


def _cut(shares: Sequence[Share]) -> list[Share]:
    """Keep the guests and the largest; put the others together."""
    if len(shares) <= MOST + 1:
        return list(shares)
    ranked = sorted(shares, key=lambda share: (share.guest is None, -share.kib))
    kept = [share for share in shares if share in ranked[:MOST]]
    rest = [share for share in shares if share not in kept]
    label = f"{len(rest)} others"
    return [*kept, Share("more", label, sum(share.kib for share in rest))]
