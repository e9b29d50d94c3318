"""Processes as a tree, and as a list where the tree would be too deep."""

from typing import Any

import pytest

from simulator.observing import processes
from tests.simulator.subsystems.doing import SLEEP, WAIT, does, fork
from tests.simulator.worlds import BOOT, execute, install, run

FAMILY = does(fork(fork(fork(SLEEP)), count=2), SLEEP)


def numbers(node: dict[str, Any]) -> list[Any]:
    """PID of a process, and the same of each child."""
    return [node["pid"], *map(numbers, node["children"])]


def family() -> list[Any]:
    plan = [*BOOT, install("app"), execute("app"), WAIT]
    kernel = run(plan, world=FAMILY).observation["machines"]["server"]["children"][0]
    return numbers(kernel["children"][0])


def test_children_are_nested() -> None:
    assert family() == [2, [3, [5, [7]]], [4, [6, [8]]]]


@pytest.mark.parametrize(
    ("levels", "seen"),
    [
        (1, [2, [3, [5], [7]], [4, [6], [8]]]),
        (0, [2, [3], [4], [5], [6], [7], [8]]),
    ],
)
def test_what_is_too_deep_is_a_list(
    levels: int, seen: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "DEEPEST", levels)
    assert family() == seen
