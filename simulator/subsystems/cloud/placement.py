"""Placement: which server gets the next virtual machine.

Each policy keeps an index of the servers, so that a choice among n of them takes
about log n steps; ``steps`` counts them. ``first_fit`` takes the first server in the
warehouse that has room, ``best_fit`` the one with the least room left, ``spread``
the one with the most.
"""

from bisect import bisect_left, insort
from collections.abc import Container, Sequence
from heapq import heappop, heappush
from typing import Protocol

from simulator.subsystems.cloud.capacity import NOWHERE, Size, Slot

NOTHING = (-1, -1)


class Placement(Protocol):
    """An index over servers that answers where a machine goes."""

    steps: int
    """Entries of the index that were looked at so far."""

    def choose(self, size: Size, avoid: Container[int] = NOWHERE) -> Slot | None:
        """Return the server for a machine of this size; None when none has room.

        ``avoid``: indexes of servers that it must not share with others of its group.
        """

    def changed(self, slot: Slot) -> None:
        """Take note that a server has more or less left than before."""


class FirstFit:
    """A tournament tree: each node knows the most that a server below it has left.

    For each size that was asked for it remembers where the search ended: until a
    server before that place gets room back, none of them has any.
    """

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.steps = 0
        self._slots = slots
        self._first: dict[Size, int] = {}
        """Per size: no server before this place has room for it."""
        self._leaves = 1 << max(len(slots) - 1, 0).bit_length()
        self._most = [NOTHING] * (2 * self._leaves)
        for slot in slots:
            self._most[self._leaves + slot.index] = _left(slot)
        for node in range(self._leaves - 1, 0, -1):
            self._renew(node)

    def choose(self, size: Size, avoid: Container[int] = NOWHERE) -> Slot | None:
        """Return the first server with room.

        A branch can promise in vain, when one server of it has the processors and
        another the memory; then the search goes back to the next branch.
        """
        if avoid is NOWHERE and size in self._first:
            self.steps += 1
            slot = self._slots[self._first[size]]
            if slot.fits(size):
                return slot
        found = self._search(size, avoid)
        if avoid is NOWHERE and found is not None:
            self._first[size] = found.index
        return found

    def _search(self, size: Size, avoid: Container[int]) -> Slot | None:
        waiting = [1]
        while waiting:
            node = waiting.pop()
            self.steps += 1
            ram_kib, vcpus = self._most[node]
            if ram_kib < size.ram_kib or vcpus < size.vcpus:
                continue
            if node >= self._leaves:
                if node - self._leaves not in avoid:
                    return self._slots[node - self._leaves]
                continue
            waiting += (2 * node + 1, 2 * node)
        return None

    def changed(self, slot: Slot) -> None:
        """Carry a server's change up to the root, as far as it matters."""
        node = self._leaves + slot.index
        before, self._most[node] = self._most[node], _left(slot)
        if self._most[node] > before:
            self._look_again_from(slot.index)
        while node > 1:
            node //= 2
            self.steps += 1
            before = self._most[node]
            self._renew(node)
            if self._most[node] == before:
                return

    def _look_again_from(self, index: int) -> None:
        """A server has more room than before: it may be the first for some sizes."""
        for size, first in self._first.items():
            if index < first:
                self._first[size] = index

    def _renew(self, node: int) -> None:
        (ram, vcpus), (other_ram, other_vcpus) = self._most[2 * node : 2 * node + 2]
        self._most[node] = max(ram, other_ram), max(vcpus, other_vcpus)


class ByRoom:
    """Servers in shelves by what they have left, memory first.

    Machines come in few sizes, so the shelves are few however many servers there
    are. A shelf is a heap of places; an entry counts only while its server still
    has what the shelf says.
    """

    def __init__(self, slots: Sequence[Slot], *, fullest_first: bool) -> None:
        self.steps = 0
        self._slots = slots
        self._fullest_first = fullest_first
        self._shelves: dict[tuple[int, int], list[int]] = {}
        self._order: list[tuple[int, int]] = []
        self._at: dict[int, tuple[int, int]] = {}
        for slot in slots:
            self.changed(slot)

    def choose(self, size: Size, avoid: Container[int] = NOWHERE) -> Slot | None:
        """Return the server with the least (or most) memory left that has room."""
        start = bisect_left(self._order, (size.ram_kib, size.vcpus))
        place = start if self._fullest_first else len(self._order) - 1
        while start <= place < len(self._order):
            key = self._order[place]
            self.steps += 1
            found = self._first_on(key, avoid) if key[1] >= size.vcpus else None
            if found is not None:
                return found
            if not self._fullest_first:
                place -= 1
            elif key in self._shelves:
                place += 1
        return None

    def changed(self, slot: Slot) -> None:
        """Put a server on the shelf that fits it now."""
        key = _left(slot)
        self.steps += 1
        if self._at.get(slot.index) == key:
            return
        self._at[slot.index] = key
        if key not in self._shelves:
            self._shelves[key] = []
            insort(self._order, key)
        heappush(self._shelves[key], slot.index)

    def _first_on(self, key: tuple[int, int], avoid: Container[int]) -> Slot | None:
        """Return the first server that still is on a shelf; an empty one goes."""
        shelf = self._shelves[key]
        while shelf:
            if self._at[shelf[0]] == key:
                if shelf[0] in avoid:
                    return self._next_on(key, avoid)
                return self._slots[shelf[0]]
            heappop(shelf)
            self.steps += 1
        del self._shelves[key]
        del self._order[bisect_left(self._order, key)]
        return None

    def _next_on(self, key: tuple[int, int], avoid: Container[int]) -> Slot | None:
        """Return the first server on a shelf that is not to be avoided."""
        for index in sorted(self._shelves[key]):
            self.steps += 1
            if self._at[index] == key and index not in avoid:
                return self._slots[index]
        return None


def placement(policy: str, slots: Sequence[Slot]) -> Placement:
    """Return the index of a policy: ``first_fit``, ``best_fit`` or ``spread``."""
    if policy == "first_fit":
        return FirstFit(slots)
    return ByRoom(slots, fullest_first=policy == "best_fit")


def _left(slot: Slot) -> tuple[int, int]:
    return (slot.free_ram_kib, slot.free_vcpus) if slot.is_up else NOTHING
