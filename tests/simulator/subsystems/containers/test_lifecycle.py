"""Policies of restart: who is started again, when, and after how long."""

from dataclasses import dataclass

import pytest

from simulator.subsystems.containers.lifecycle import (
    back_off_us,
    starts_with_engine,
    wants_restart,
)
from simulator.subsystems.containers.wishes import POLICIES, Wish


@dataclass
class Ended:
    wish: Wish
    exit_status: int | None = 0
    stopped_by_hand: bool = False
    restarts: int = 0


def ended(policy: str, retries: int = 0, **more: object) -> Ended:
    return Ended(Wish(restart=policy, retries=retries), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "after_success", "after_failure"),
    [
        ("no", False, False),
        ("on-failure", False, True),
        ("always", True, True),
        ("unless-stopped", True, True),
    ],
)
def test_after_an_end(policy: str, after_success: bool, after_failure: bool) -> None:
    assert wants_restart(ended(policy)) is after_success
    assert wants_restart(ended(policy, exit_status=1)) is after_failure


@pytest.mark.parametrize("policy", POLICIES)
def test_what_was_stopped_by_hand_stays_stopped(policy: str) -> None:
    assert wants_restart(ended(policy, exit_status=1, stopped_by_hand=True)) is False


def test_on_failure_gives_up() -> None:
    allowed = [
        wants_restart(ended("on-failure", 3, exit_status=1, restarts=restarts))
        for restarts in range(5)
    ]
    assert allowed == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("policy", "running_before", "stopped_before"),
    [
        ("no", False, False),
        ("on-failure", False, False),
        ("always", True, True),
        ("unless-stopped", True, False),
    ],
)
def test_when_the_engine_starts(
    policy: str, running_before: bool, stopped_before: bool
) -> None:
    assert starts_with_engine(ended(policy)) is running_before
    assert starts_with_engine(ended(policy, stopped_by_hand=True)) is stopped_before


def test_delays_double_up_to_a_minute() -> None:
    delays = [back_off_us(n, "doubling") for n in range(12)]
    assert delays[:5] == [100_000, 200_000, 400_000, 800_000, 1_600_000]
    assert delays[9:] == [51_200_000, 60_000_000, 60_000_000]
    assert back_off_us(10_000, "doubling") == 60_000_000


def test_delays_that_do_not_grow() -> None:
    assert {back_off_us(n, "none") for n in range(12)} == {100_000}
