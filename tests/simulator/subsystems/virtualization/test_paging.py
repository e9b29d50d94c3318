"""Page walks: how many entries they read."""

import pytest

from simulator.calibration import figure
from simulator.subsystems.virtualization.paging import (
    HUGE_LEVELS,
    LEVELS,
    nested_walk_references,
)
from tests.simulator.worlds import BOOT, Step, execute, install, load, run, vm

WALKS = {"programs": {"app": {"cpu_us": 0, "operations": 0, "tlb_misses": 2400}}}
NATIVE = [*BOOT, install("app"), execute("app"), load("app")]
GUEST = [*BOOT, install("kvm"), vm(programs=["app"], run="app"), load("app")]


@pytest.mark.parametrize(
    ("guest", "host", "references"),
    [(4, 4, 24), (4, 3, 19), (3, 3, 15), (5, 5, 35), (2, 4, 14)],
)
def test_a_walk_through_both_tables(guest: int, host: int, references: int) -> None:
    assert nested_walk_references(guest, host) == references


@pytest.mark.parametrize(
    ("plan", "mechanisms", "references"),
    [
        (NATIVE, {}, LEVELS),
        (GUEST, {}, 24),
        (GUEST, {"vm.backing": "huge"}, nested_walk_references(LEVELS, HUGE_LEVELS)),
        (GUEST, {"vm.paging": "shadow"}, LEVELS),
        (GUEST, {"vm.assist": "translation"}, LEVELS),
    ],
)
def test_what_a_walk_costs(
    plan: list[Step], mechanisms: dict[str, str], references: int
) -> None:
    done = run(plan, world=WALKS, mechanisms=mechanisms)
    whole = 2400 * references * figure("walk_time") // 24
    assert done.metrics["request_ns"]["app"] == whole


def test_a_processor_without_nested_paging_leaves_a_shadow() -> None:
    world = {**WALKS, "machines": {"server": {"nested_paging": False}}}
    done = run(GUEST, world=world)
    assert done.metrics["request_ns"]["app"] == 2400 * 4 * figure("walk_time") // 24
