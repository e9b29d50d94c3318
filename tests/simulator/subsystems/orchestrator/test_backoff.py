"""Waits between restarts: C64 of the field's books, to the second."""

import pytest

from simulator.subsystems.orchestrator.backoff import next_delay

SECOND = 1_000_000
FIRST_US, LONGEST_US, RESET_US = 10 * SECOND, 300 * SECOND, 600 * SECOND


def waits(count: int, ran_us: int = 0, mechanism: str = "doubling") -> list[int]:
    delay, found = 0, []
    for _ in range(count):
        wait, delay = next_delay(delay, ran_us, mechanism)
        found.append(wait // SECOND)
    return found


def test_waits_double_up_to_five_minutes() -> None:
    assert waits(9) == [0, 10, 20, 40, 80, 160, 300, 300, 300]


def test_even_waits() -> None:
    assert waits(4, mechanism="constant") == [10, 10, 10, 10]


def test_a_good_run_starts_the_count_anew() -> None:
    assert waits(3, ran_us=RESET_US) == [0, 0, 0]
    assert waits(3, ran_us=RESET_US - 1) == [0, 10, 20]


@pytest.mark.parametrize("delay", [FIRST_US, 160 * SECOND, LONGEST_US])
def test_after_a_good_run_the_next_wait_is_the_first_again(delay: int) -> None:
    assert next_delay(delay, RESET_US, "doubling") == (0, FIRST_US)


@pytest.mark.parametrize("mechanism", ["doubling", "constant"])
def test_no_wait_is_longer_than_the_longest(mechanism: str) -> None:
    assert max(waits(40, mechanism=mechanism)) <= LONGEST_US // SECOND
