"""The time that all arms of a question take."""

import pytest

from simulator.benchmarks import question_measures, question_times, questions
from tests.simulator.worlds import fixture, scenario


def test_each_question_has_percentiles_and_all_together_the_bars() -> None:
    slow, quick = [float(n) for n in range(1, 21)], [1.0] * 20
    found = [
        (measure.name, measure.value, measure.bar)
        for measure in question_measures({"slow, 8 arms": slow, "quick, 1 arms": quick})
    ]
    assert found == [
        ("slow, 8 arms, p50", 10.0, None),
        ("slow, 8 arms, p95", 19.0, None),
        ("quick, 1 arms, p50", 1.0, None),
        ("quick, 1 arms, p95", 1.0, None),
        ("a question, whichever of these, p50", 1.0, 3.0),
        ("a question, whichever of these, p95", 18.0, 10.0),
    ]
    assert list(question_measures({})) == []


def test_times_are_milliseconds_of_all_arms() -> None:
    found = question_times(fixture("windows-program-on-linux"), variants=3)
    assert len(found) == 3
    assert 0 < min(found) <= max(found) < 1000


def test_times_are_told_as_on_the_machine_that_bars_are_meant_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "seconds", lambda _: 0.006)
    assert question_times(scenario(), slowdown=2.0, variants=2) == [3.0, 3.0]


def test_variants_are_spread_over_the_space(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    spaced = scenario(parameters={"n": list(range(100))})

    def evaluated(_: object, params: object, *, seed: int = 0) -> None:
        seen.append((params, seed))

    monkeypatch.setattr(questions, "evaluate", evaluated)
    question_times(spaced, variants=4)
    assert seen == [({"n": 0}, 0), *(({"n": n}, n) for n in (0, 25, 50, 75))]
