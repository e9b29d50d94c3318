"""The engine: one total order, gates, cores, budgets."""

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine import (
    Budget,
    BudgetExceededError,
    Engine,
    Gate,
    Task,
    Work,
)
from simulator.events import Event


def test_time_passes_as_work_yields_it() -> None:
    engine = Engine()
    seen: list[int] = []

    def work() -> Work:
        seen.append(engine.now)
        yield 5
        seen.append(engine.now)
        yield 0
        seen.append(engine.now)

    engine.spawn(work())
    engine.run()
    assert (seen, engine.now) == ([0, 5, 5], 5)


def test_at_one_time_priority_comes_first_then_the_order_of_asking() -> None:
    engine = Engine()
    seen: list[str] = []

    def work(name: str) -> Work:
        yield 3
        seen.append(name)

    for name, priority in (("c", 1), ("a", 0), ("d", 1), ("b", 0)):
        engine.spawn(work(name), priority=priority)
    engine.run()
    assert seen == ["a", "b", "c", "d"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=20))
def test_steps_are_in_one_total_order(tasks: list[tuple[int, int]]) -> None:
    engine = Engine()
    seen: list[tuple[int, int, int]] = []

    def work(number: int, wait: int, priority: int) -> Work:
        yield wait
        seen.append((engine.now, priority, number))

    for number, (wait, priority) in enumerate(tasks):
        engine.spawn(work(number, wait, priority), priority=priority)
    engine.run()
    assert seen == sorted(seen)
    assert len(seen) == len(tasks)


def test_a_task_waits_for_a_gate() -> None:
    engine = Engine()
    gate = Gate()
    seen: list[tuple[str, int]] = []

    def waiter(name: str) -> Work:
        yield gate
        seen.append((name, engine.now))

    def opener() -> Work:
        yield 7
        engine.open(gate)

    for name in ("first", "second"):
        engine.spawn(waiter(name))
    engine.spawn(opener())
    engine.run()
    assert seen == [("first", 7), ("second", 7)]
    assert (gate.is_open, gate.waiting) == (True, [])


def test_an_open_gate_holds_nobody() -> None:
    engine = Engine()
    gate = Gate()
    engine.open(gate)
    seen: list[int] = []

    def work() -> Work:
        yield gate
        seen.append(engine.now)

    engine.spawn(work())
    engine.run()
    assert seen == [0]


def test_a_task_is_a_gate_that_opens_at_its_end() -> None:
    engine = Engine()
    seen: list[int] = []

    def child() -> Work:
        yield 4

    def parent() -> Work:
        yield engine.spawn(child())
        seen.append(engine.now)

    engine.spawn(parent())
    engine.run()
    assert seen == [4]


def test_a_daemon_keeps_no_run_going() -> None:
    engine = Engine()
    ticks: list[int] = []

    def daemon() -> Work:
        while True:
            yield 10
            ticks.append(engine.now)

    def plan() -> Work:
        yield 35

    engine.spawn(daemon(), is_daemon=True)
    engine.spawn(plan())
    engine.run()
    assert (ticks, engine.now) == ([10, 20, 30], 35)
    engine.spawn(plan())
    engine.run()
    assert (ticks, engine.now) == ([10, 20, 30, 40, 50, 60], 70)


def test_a_run_of_daemons_alone_is_over_at_once() -> None:
    engine = Engine()
    engine.spawn(forever(engine, 10), is_daemon=True)
    engine.run()
    assert engine.now == 0


def test_a_plan_that_waits_for_a_daemon_is_waited_for() -> None:
    engine = Engine()
    gate = Gate()
    seen: list[int] = []

    def daemon() -> Work:
        yield 10
        engine.open(gate)
        yield from forever(engine, 10)

    def plan() -> Work:
        yield gate
        seen.append(engine.now)

    engine.spawn(plan())
    engine.spawn(daemon(), is_daemon=True)
    engine.run()
    assert seen == [10]


def test_records_are_numbered_and_timed() -> None:
    engine = Engine()
    first = engine.record("a", "do", "asked", target="x")
    engine.now = 9
    second = engine.record("b", "done", cause=first)
    assert [tuple(event) for event in engine.events] == [
        (0, 0, "a", "do", "asked", {"target": "x"}, None),
        (1, 9, "b", "done", "ok", {}, 0),
    ]
    assert second == 1


def forever(engine: Engine, span: int, *, record: bool = False) -> Work:
    while True:
        if record:
            engine.record("a", "again")
        yield span


def exceeded(budget: Budget, *, span: int = 1, record: bool = False) -> str:
    engine = Engine(0, budget)
    engine.spawn(forever(engine, span, record=record))
    with pytest.raises(BudgetExceededError) as caught:
        engine.run()
    assert caught.value.allowed == getattr(budget, caught.value.limit)
    return str(caught.value)


def test_a_budget_of_steps() -> None:
    assert exceeded(Budget(events=50)) == "events budget of 50 exceeded"


def test_a_budget_of_entries_in_the_trace() -> None:
    engine = Engine(0, Budget(events=2))
    engine.record("a", "one")
    engine.record("a", "two")
    with pytest.raises(BudgetExceededError, match=r"^events budget of 2 exceeded$"):
        engine.record("a", "three")
    assert len(engine.events) == 2


def test_a_budget_of_virtual_time() -> None:
    found = exceeded(Budget(virtual_us=100), span=30)
    assert found == "virtual_us budget of 100 exceeded"


def test_a_budget_of_processor_time() -> None:
    budget = Budget(events=10**9, virtual_us=10**15, cpu_ms=20)
    assert exceeded(budget) == "cpu_ms budget of 20 exceeded"


def test_time_in_which_nothing_is_computed_is_free() -> None:
    engine = Engine(0, Budget(cpu_ms=50))

    def sleeper() -> Work:
        time.sleep(0.1)
        for _ in range(300):  # the clock is read every so many steps
            yield 1

    engine.spawn(sleeper())
    engine.run()
    assert engine.now == 300


def test_a_budget_of_objects() -> None:
    engine = Engine(0, Budget(objects=2))
    engine.allocate()
    engine.allocate()
    with pytest.raises(BudgetExceededError, match=r"^objects budget of 2 exceeded$"):
        engine.allocate()


def test_the_last_word_goes_beyond_the_budget() -> None:
    engine = Engine(0, Budget(events=1))
    engine.record("a", "one")
    engine.conclude("engine", "stop", "failed", log="why")
    assert tuple(engine.events[-1]) == (
        1,
        0,
        "engine",
        "stop",
        "failed",
        {"log": "why"},
        None,
    )


def test_what_was_used() -> None:
    engine = Engine()

    def work() -> Work:
        engine.allocate()
        engine.record("a", "one")
        yield 12

    engine.spawn(work())
    engine.run()
    assert engine.used() == {"events": 1, "steps": 2, "virtual_us": 12, "objects": 1}


def test_cancelled_work_ends_where_it_stands() -> None:
    engine = Engine()
    seen: list[str] = []

    def work() -> Work:
        try:
            yield 10
            seen.append("never")
        finally:
            seen.append(f"closed at {engine.now}")

    def waiting(task: Task) -> Work:
        yield task
        seen.append(f"went on at {engine.now}")

    task = engine.spawn(work())
    engine.spawn(waiting(task))

    def killer() -> Work:
        yield 3
        task.cancel(engine)
        task.cancel(engine)

    engine.spawn(killer())
    engine.run()
    assert seen == ["closed at 3", "went on at 3"]
    assert engine.now == 3


@pytest.mark.parametrize("wanted", [5, Gate()])
def test_work_that_cancels_itself_ends_at_its_next_step(wanted: int | Gate) -> None:
    engine = Engine()
    seen: list[str] = []

    def work() -> Work:
        yield 1
        tasks[0].cancel(engine)
        seen.append("still here")
        yield wanted
        seen.append("never")

    tasks = [engine.spawn(work())]
    engine.run()
    assert (seen, engine.now) == (["still here"], 1)


def test_the_garbage_collector_rests_during_a_run_only() -> None:
    engine = Engine()
    seen = []

    def look() -> Work:
        seen.append(gc.isenabled())
        yield 1

    engine.spawn(look())
    engine.run()
    assert (seen, gc.isenabled()) == ([False], True)


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        Engine().run()
        assert gc.isenabled() is False
    finally:
        gc.enable()


def test_a_collector_is_on_again_after_a_run_over_budget() -> None:
    engine = Engine(budget=Budget(events=1))
    engine.spawn(iter_forever())
    with pytest.raises(BudgetExceededError):
        engine.run()
    assert gc.isenabled() is True


def iter_forever() -> Work:
    while True:
        yield 1


def test_steps_are_counted_when_a_run_is_stopped() -> None:
    engine = Engine(budget=Budget(events=5))
    engine.spawn(iter_forever())
    with pytest.raises(BudgetExceededError):
        engine.run()
    assert engine.used()["steps"] == 6


def test_an_event_of_the_trace_is_an_event() -> None:
    engine = Engine()
    engine.record("a", "b", cause=None, target="t")
    assert engine.events == [Event(0, 0, "a", "b", "ok", {"target": "t"}, None)]
    assert type(engine.events[0]) is Event
