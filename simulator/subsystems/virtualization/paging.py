"""Page walks: what a lookup that misses the TLB reads, natively and in a guest.

With nested paging the processor translates each address of the guest's own tables
through the host's tables too. With shadow paging the hypervisor keeps one table
that leads straight to host memory, and pays at each change of the guest's tables.
"""

LEVELS = 4
"""Levels of the page tables of a 64-bit processor."""
HUGE_LEVELS = 3
"""The same when the last level maps 2 MiB at once."""


def nested_walk_references(guest_levels: int, host_levels: int) -> int:
    """Return the memory references of a walk through both kinds of tables.

    Each of the guest's levels, and the page itself, needs a walk of the host's
    tables, and each of the guest's levels is read: (n + 1)(m + 1) - 1.
    """
    return (guest_levels + 1) * (host_levels + 1) - 1
