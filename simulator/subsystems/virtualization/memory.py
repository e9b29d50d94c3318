"""A guest's memory and the frames of its host behind it.

A guest believes in all of its memory; the host gives a frame at the first touch of a
page. What the guest frees the host does not see: the frame stays (``kept_kib``), until
a balloon in the guest takes such pages and hands their frames over. The host can also
swap frames out, blindly, or have equal pages of several guests share one frame.

At any time the host counts ``used + kept - swapped - merged`` for the guest.
"""

from simulator.subsystems.memory import Memory


class GuestMemory(Memory):
    """The memory of a virtual machine, part of the memory of the level below."""

    __slots__ = (
        "asks",
        "balloon_kib",
        "deflates",
        "has_balloon",
        "kept_kib",
        "merged",
        "reports_free",
        "swapped_kib",
    )

    host: Memory

    def __init__(
        self,
        name: str,
        capacity_kib: int,
        host: Memory,
        *,
        has_balloon: bool = False,
        deflates: bool = True,
        reports_free: bool = False,
    ) -> None:
        super().__init__(name, capacity_kib, host)
        self.has_balloon = has_balloon
        """The guest has the driver of a balloon."""
        self.deflates = deflates
        """The driver gives pages back before the guest's OOM killer has to come."""
        self.reports_free = reports_free
        """The guest tells its host of each page that it frees."""
        self.asks = False
        """It wants frames at this moment: its own balloon is no way to get them."""
        self.balloon_kib = 0
        """Pages that the balloon holds: the guest cannot use them."""
        self.kept_kib = 0
        """Frames of the host behind pages that the guest has freed."""
        self.swapped_kib = 0
        """Pages whose content the host has moved to its swap."""
        self.merged: dict[str, int] = {}
        """Pages that share a frame with equal ones of other guests, by content."""

    @property
    def free_kib(self) -> int:
        """What the guest's kernel can still give out."""
        return self.capacity_kib - self.used_kib - self.balloon_kib

    @property
    def merged_kib(self) -> int:
        """All pages that share a frame with others."""
        return sum(self.merged.values())

    @property
    def resident_kib(self) -> int:
        """Frames of the host that only this guest has."""
        return self.used_kib + self.kept_kib - self.swapped_kib - self.merged_kib

    def backs(self, kib: int) -> bool:
        """Return whether the host has frames for so much more."""
        wanted = max(0, kib - self.kept_kib)
        asks, self.asks = self.asks, True
        found = self.host.fits(wanted)
        self.asks = asks
        return found

    def _add(self, owner: str, kib: int) -> None:
        again = min(self.kept_kib, kib)
        self.kept_kib -= again
        self._count(owner, kib)
        if kib > again:
            self.host._add(self.name, kib - again)  # noqa: SLF001

    def release(self, owner: str) -> None:
        """Take back all that ``owner`` has in the guest; the host learns nothing."""
        self._freed(self.charges.pop(owner, 0))

    def give_back(self, owner: str, kib: int) -> None:
        """Take back a part of what ``owner`` has in the guest."""
        self.charges[owner] -= kib
        self._freed(kib)

    def leave(self) -> None:
        """Give all back, frames too: nothing runs here any more."""
        self.charges.clear()
        self.used_kib = self.kept_kib = self.balloon_kib = self.swapped_kib = 0
        self.merged.clear()
        self.host.release(self.name)
        self.is_gone = True

    def anew(self) -> "GuestMemory":
        """Return the memory of the same machine after a reset; this one is gone.

        The machine keeps the frames that only it had: its monitor runs on.
        """
        fresh = GuestMemory(
            self.name,
            self.capacity_kib,
            self.host,
            has_balloon=self.has_balloon,
            deflates=self.deflates,
            reports_free=self.reports_free,
        )
        fresh.kept_kib = self.resident_kib
        # Whoever gives something back to this one later must not reach the host.
        nowhere = Memory(self.name, self.capacity_kib)
        nowhere.charge(self.name, self.resident_kib)
        self.host, self.is_gone = nowhere, True
        return fresh

    def settle(self) -> None:
        """Have a frame of the new host behind each page in use, and no other."""
        self.kept_kib = self.swapped_kib = 0
        self.merged.clear()

    def inflate(self, kib: int) -> int:
        """Let the balloon take free pages; return the frames that the host gets.

        Those come first that have a frame; a free page without one is no gain.
        """
        taken = min(kib, self.free_kib)
        frames = min(taken, self.kept_kib)
        self.balloon_kib += taken
        self.kept_kib -= frames
        if frames:
            self.host.give_back(self.name, frames)
        return frames

    def deflate(self, kib: int) -> int:
        """Let the balloon give pages back to the guest; return how much it gave."""
        given = min(kib, self.balloon_kib)
        self.balloon_kib -= given
        return given

    def relent(self, kib: int) -> int:
        """Give pages of the balloon back because the guest has none left."""
        return self.deflate(kib) if self.deflates else 0

    def swap_out(self, kib: int) -> int:
        """Let the host take frames away, whatever is in them; return how much."""
        moved = min(kib, self.resident_kib - self.kept_kib)
        if moved <= 0:
            return 0
        self.swapped_kib += moved
        self.host.give_back(self.name, moved)
        return moved

    def swap_in(self, kib: int) -> int:
        """Bring pages back that the guest needs; return how much came."""
        moved = min(kib, self.swapped_kib)
        if not self.host.fits(moved):
            return 0
        moved = min(moved, self.swapped_kib)
        self.swapped_kib -= moved
        self.host._add(self.name, moved)  # noqa: SLF001
        return moved

    def merge(self, content: str, kib: int) -> None:
        """Give up the own frames of pages whose content others have too."""
        self.merged[content] = kib
        self.host.give_back(self.name, kib)

    def split(self, content: str) -> bool:
        """Have frames of its own again for pages that are written; False: no room."""
        if content not in self.merged:
            return True
        kib = self.merged[content]
        if not self.host.fits(kib):
            return False
        if self.is_gone:
            return True
        del self.merged[content]
        self.host._add(self.name, kib)  # noqa: SLF001
        return True

    def _freed(self, kib: int) -> None:
        """Account for pages that the guest has freed, swapped ones in proportion."""
        whole = self.used_kib
        self.used_kib -= kib
        if not kib:
            return
        gone = min(self.swapped_kib, kib * self.swapped_kib // whole)
        self.swapped_kib -= gone
        frames = kib - gone
        if self.reports_free:
            self.host.give_back(self.name, frames)
        else:
            self.kept_kib += frames
