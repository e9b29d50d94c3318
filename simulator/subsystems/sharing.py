"""Dividing a whole number among many by weight, none getting more than it can use."""

from collections.abc import Sequence
from typing import NamedTuple

CORE = 720_720
"""The rate of one whole core. All numbers to 16 divide it: such shares are exact."""


class Member(NamedTuple):
    """One that wants a share: how much it counts, and the most it can use."""

    weight: int
    most: int


def fill(amount: int, members: Sequence[Member]) -> list[int]:
    """Return each member's share of ``amount``, in the order given.

    Those that can use less than their share by weight get all that they can use;
    the rest is divided among the others. What a division leaves over, less than
    one unit for each member, goes to nobody.
    """
    shares = [0] * len(members)
    order = sorted(
        range(len(members)),
        key=lambda i: (members[i].most * _SCALE // members[i].weight, i),
    )
    weights = sum(member.weight for member in members)
    for index in order:
        weight, most = members[index]
        shares[index] = min(most, amount * weight // weights)
        amount -= shares[index]
        weights -= weight
    return shares


_SCALE = 10_000
"""The greatest weight of a cgroup: most / weight is compared to this precision."""
