"""Events per second, with and without SimPy to compare with."""

import pytest

from simulator.benchmarks import REFERENCE_RATE, Pace, engine_measures, engines, pace


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "PROCESSES", 100)
    monkeypatch.setattr(engines, "TIMEOUTS", 20)


def test_the_pace_of_this_machine() -> None:
    found = pace(rounds=3)
    assert found.simpy is not None
    assert found.traced > 0
    assert found.untraced > 0
    assert found.slowdown == REFERENCE_RATE / found.simpy


def test_without_simpy_nothing_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SIMPY", None)
    found = pace(rounds=1)
    assert (found.simpy, found.slowdown) == (None, 1.0)
    assert [measure.bar for measure in engine_measures(found)] == [None, None]


def test_the_traced_rate_is_held_against_simpys() -> None:
    found = engine_measures(Pace(2e6, 5e5, 1e6))
    assert [(m.name, m.value, m.met) for m in found] == [
        ("engine, untraced", 2.0, True),
        ("engine, each event traced", 0.5, True),
        ("SimPy, timeouts", 1.0, True),
        ("traced events to SimPy's timeouts", 0.5, False),
    ]
    assert engine_measures(Pace(2e6, 6e5, 1e6))[-1].met


def test_both_engines_do_the_same_work() -> None:
    engine = engines._engine(is_traced=True)
    engine.run()
    assert len(engine.events) == 100 * 20
    assert engine.now == 100 * 20
    assert engine.used()["steps"] == 100 * 21
    untraced = engines._engine(is_traced=False)
    untraced.run()
    assert (len(untraced.events), untraced.now) == (0, engine.now)
