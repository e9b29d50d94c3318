"""The time that all arms of a question take."""

import pytest

from simulator.benchmarks import question_measures, questions
from tests.simulator.worlds import fixture, scenario


def test_percentiles_stand_beside_their_bars() -> None:
    found = question_measures(fixture("windows-program-on-linux"), variants=3)
    assert [(measure.name, measure.bar) for measure in found] == [
        ("windows-program-on-linux, 7 arms, p50", 3.0),
        ("windows-program-on-linux, 7 arms, p95", 10.0),
    ]
    assert 0 < found[0].value <= found[1].value


def test_times_are_told_as_on_the_machine_that_bars_are_meant_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "seconds", lambda _: 0.006)
    found = question_measures(scenario(), slowdown=2.0, variants=2)
    assert [measure.value for measure in found] == [3.0, 3.0]


def test_variants_are_spread_over_the_space(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    spaced = scenario(parameters={"n": list(range(100))})

    def evaluated(_: object, params: object, *, seed: int = 0) -> None:
        seen.append((params, seed))

    monkeypatch.setattr(questions, "evaluate", evaluated)
    question_measures(spaced, variants=4)
    assert seen == [({"n": 0}, 0), *(({"n": n}, n) for n in (0, 25, 50, 75))]
