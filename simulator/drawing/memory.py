"""The memory bar of a run: who has the machine's RAM, guests nested below theirs."""

from collections.abc import Sequence

from simulator.drawing.shares import Bounded, Owner, Share, owner_of
from simulator.drawing.svg import (
    CAPTION,
    MARGIN,
    NOTE,
    TITLE,
    group,
    line,
    picture,
    rectangle,
)
from simulator.drawing.traced import Traced
from simulator.trace import Run

WIDTH = 880
BAR = 34
GAP = 6
COLUMN = 220
ROW = 18
SWATCH = 10
LIMIT = 160
"""The width of a cgroup's whole limit."""
MOST_FREE = 3
"""What is free takes no more than one part in so many of a bar's width, so that what
is in use can be told apart; the label says how much it really is."""


def draw_memory(run: Run) -> str:
    """Return who has the RAM of each machine at the end of a run, as SVG.

    A bar is a machine's memory; under a virtual machine's share stands the bar of
    that machine. Below the bars each share is named with its size.
    """
    content, top, words = "", MARGIN, []
    traced = Traced(run)
    for machine in traced.machines(run):
        owner = owner_of(machine, traced)
        bars, depth = _bars(owner, MARGIN, top + 22, WIDTH)
        content += line(_capacity(owner), MARGIN, top + 15, CAPTION) + bars
        top += 22 + depth * (BAR + GAP) + GAP
        for each in owner.all():
            legend, height = _legend(each, top)
            content += legend
            top += height
            for bounded in each.bounded:
                content += _limit(bounded, top)
                top += ROW
            words.append(_sentence(each))
        top += 2 * GAP
    return picture(
        content,
        width=WIDTH + 2 * MARGIN,
        height=top + MARGIN,
        title="Who has the memory at the end of the run",
        description=" ".join(words),
    )


def _bars(owner: Owner, x: int, y: int, width: int) -> tuple[str, int]:
    """Draw a machine's bar and those of its guests; return it with the depth."""
    content, depth, left = "", 1, x
    widths = _widths(owner.shares, width)
    for share, wide in zip(owner.shares, widths, strict=True):
        content += _segment(share, left, y, wide)
        if share.guest is not None:
            inner, below = _bars(share.guest, left, y + BAR + GAP, wide)
            content += inner
            depth = max(depth, 1 + below)
        left += wide
    return content, depth


def _widths(shares: Sequence[Share], width: int) -> list[int]:
    """Share out a bar's width; what is free gets no more than its part."""
    used, free = sum(share.kib for share in shares[:-1]), shares[-1].kib
    room = width * free // max(1, used + free)
    if used:
        room = min(room, width // MOST_FREE)
    widths = [max(1, (width - room) * share.kib // used) for share in shares[:-1]]
    return [*widths, max(1, width - sum(widths))]


def _segment(share: Share, x: int, y: int, width: int) -> str:
    room = width - 8
    fits = NOTE.width(share.label) <= room
    words = line(share.label, x + 4, y + 14, NOTE) if fits else ""
    if fits and NOTE.width(_mib(share.kib)) <= room:
        words += line(_mib(share.kib), x + 4, y + 27, NOTE)
    return group(
        f"sim-share sim-{share.kind}",
        rectangle(x, y, width, BAR, is_dashed=share.kind == "free") + words,
        title=f"{share.label}: {_mib(share.kib)}",
        seqs=share.seqs,
    )


def _legend(owner: Owner, top: int) -> tuple[str, int]:
    """Name every share of one machine; return it with its height."""
    content = line(owner.name, MARGIN, top + 14, TITLE)
    shares = owner.shares
    columns = WIDTH // COLUMN
    for index, share in enumerate(shares):
        x = MARGIN + index % columns * COLUMN
        y = top + ROW * (1 + index // columns)
        words = NOTE.cut(f"{share.label} {_mib(share.kib)}", COLUMN - SWATCH - 12)
        content += group(
            f"sim-share sim-{share.kind}",
            rectangle(x, y + 3, SWATCH, SWATCH, is_dashed=share.kind == "free")
            + line(words, x + SWATCH + 6, y + 12, NOTE),
            seqs=share.seqs,
        )
    return content, ROW * (1 - (-len(shares) // columns)) + GAP


def _limit(bounded: Bounded, top: int) -> str:
    """Draw how much of a cgroup's limit is used, and name it."""
    used = min(LIMIT, LIMIT * bounded.kib // bounded.limit_kib)
    bar = rectangle(MARGIN, top + 3, LIMIT, SWATCH, is_dashed=True)
    bar += rectangle(MARGIN, top + 3, used, SWATCH) if used else ""
    words = NOTE.cut(_limited(bounded), WIDTH - LIMIT - 12)
    content = bar + line(words, MARGIN + LIMIT + 6, top + 12, NOTE)
    return group("sim-share sim-limit", content, title=_limited(bounded))


def _limited(group: Bounded) -> str:
    swap = f", {_mib(group.swap_kib)} in swap" if group.swap_kib else ""
    whole = f"{_mib(group.limit_kib)} ({group.limit})"
    return f"cgroup {group.name}: {_mib(group.kib)} of {whole}{swap}"


def _mib(kib: int) -> str:
    """Return an amount of memory in MiB, rounded down; in KiB when it is less."""
    whole, rest = divmod(kib, 1024)
    return f"{rest} KiB" if rest and not whole else f"{whole} MiB"


def _capacity(owner: Owner) -> str:
    total, used = owner.ram_kib // 1024, owner.used_kib // 1024
    return f"{owner.name}: {used} of {total} MiB in use"


def _sentence(owner: Owner) -> str:
    listed = (f"{share.label} {_mib(share.kib)}" for share in owner.shares)
    limits = "".join(f" {_limited(group)}." for group in owner.bounded)
    return f"{_capacity(owner)}: {', '.join(listed)}.{limits}"
