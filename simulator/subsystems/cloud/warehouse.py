"""The books of a cloud: servers, what is sold of them, and what is lost."""

from collections.abc import Container, Sequence

from simulator.subsystems.cloud.capacity import NOWHERE, Size, Slot
from simulator.subsystems.cloud.placement import placement

HOUR_US = 3_600_000_000


class Warehouse:
    """Servers in a row, a policy that fills them, and a meter for those in use."""

    def __init__(self, policy: str, slots: Sequence[Slot], cost_per_hour: int) -> None:
        self.slots = slots
        self.cost_per_hour = cost_per_hour
        """Of one server in use, in cents; an empty one is switched off."""
        self._placement = placement(policy, slots)
        self._home: dict[str, Slot] = {}
        self._since: dict[int, int] = {}
        self._metered_us = 0

    @property
    def steps(self) -> int:
        """How many entries of its index the policy has looked at."""
        return self._placement.steps

    @property
    def in_use(self) -> int:
        """The number of servers that hold a machine."""
        return len(self._since)

    @property
    def machines(self) -> int:
        """The number of machines that have a place."""
        return len(self._home)

    def place(
        self, name: str, size: Size, now: int, avoid: Container[int] = NOWHERE
    ) -> Slot | None:
        """Give a machine a server; None when none has room for it.

        ``avoid``: indexes of servers that it must not go to.
        """
        slot = self._placement.choose(size, avoid)
        if slot is None:
            return None
        slot.take(name, size)
        self._home[name] = slot
        self._since.setdefault(slot.index, now)
        self._placement.changed(slot)
        return slot

    def release(self, name: str, now: int) -> None:
        """Take back what a machine had."""
        slot = self._home.pop(name)
        slot.give_back(name)
        self._placement.changed(slot)
        if not slot.promised:
            self._switch_off(slot, now)

    def fail(self, slot: Slot, now: int) -> list[tuple[str, Size]]:
        """Strike a server out; return the machines that were on it."""
        slot.is_up = False
        lost = list(slot.promised.items())
        for name, _ in lost:
            slot.give_back(name)
            del self._home[name]
        self._placement.changed(slot)
        self._switch_off(slot, now)
        return lost

    def repair(self, slot: Slot) -> None:
        """Have a server back, empty."""
        slot.is_up = True
        self._placement.changed(slot)

    def home_of(self, name: str) -> Slot | None:
        """Return the server of a machine."""
        return self._home.get(name)

    def cost_millicents(self, now: int) -> int:
        """Return what the servers in use have cost so far."""
        running = sum(now - since for since in self._since.values())
        total_us = self._metered_us + running
        return total_us * self.cost_per_hour * 1000 // HOUR_US

    def _switch_off(self, slot: Slot, now: int) -> None:
        since = self._since.pop(slot.index, now)
        self._metered_us += now - since
