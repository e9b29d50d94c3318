"""What flips when a mechanism of the simulator is switched: over all scenarios.

`python -m tests.simulator.mutation` prints, for each mechanism and each of its other
choices, the claims of the shipped scenarios that flip.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cache

from simulator import MECHANISMS, ClaimError, Scenario, evaluate
from simulator.mechanisms import Mechanism, Value
from tests.simulator.worlds import KEYS, fixture, source

SEEDS = (0, 1)
"""Variants that are looked at; a scenario's parameters turn fastest at the end."""


def others(mechanism: Mechanism) -> Iterator[Value]:
    """Every other choice; of a list, one entry less, one more, and none at all."""
    default = mechanism.default
    if isinstance(default, int):
        ends = (mechanism.least, mechanism.most)
        yield from (end for end in ends if end != default)
        return
    if isinstance(default, str):
        yield from (choice for choice in mechanism.choices if choice != default)
        return
    yield ()
    for entry in default:
        yield tuple(kept for kept in default if kept != entry)
    for choice in mechanism.choices:
        if choice not in default:
            yield (*default, choice)


@cache
def _scenario(key: str) -> Scenario:
    return fixture(key)


@cache
def truths(key: str, seed: int, name: str = "", value: Value = "") -> dict[str, bool]:
    """Per claim of a variant: does it hold; empty when it cannot be evaluated."""
    scenario = _scenario(key)
    overlay: Mapping[str, Value] = {name: value} if name else {}
    try:
        done = evaluate(scenario, scenario.variant(seed), seed=seed, mechanisms=overlay)
    except ClaimError:
        return {}
    return {claim: result.holds for claim, result in done.claims.items()}


def likely_first(name: str) -> list[str]:
    """All scenarios, those that speak of the mechanism first."""
    return sorted(KEYS, key=lambda key: (name not in source(key), key))


def flips(name: str) -> Iterator[tuple[Value, str, str]]:
    """Go through (choice, scenario, claim) for each claim that flips."""
    for key in likely_first(name):
        for value in others(MECHANISMS[name]):
            for seed in SEEDS:
                before, after = truths(key, seed), truths(key, seed, name, value)
                yield from (
                    (value, key, claim)
                    for claim, holds in after.items()
                    if holds != before[claim]
                )


def report() -> Iterator[str]:
    for mechanism in MECHANISMS:
        found = sorted({(str(v), key, claim) for v, key, claim in flips(mechanism)})
        yield f"{mechanism}: {len(found)}"
        yield from (f"    {choice}: {key} {claim}" for choice, key, claim in found)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report())
