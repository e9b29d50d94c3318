"""Two runs side by side."""

from dataclasses import replace
from typing import Any

from simulator import Comparison, Difference, Event, Run, compare
from simulator.comparing import counterparts, first_that_matters
from tests.simulator.worlds import BOOT, box, execute, install, run


def event(
    seq: int, action: str, *, time: int = 0, outcome: str = "ok", **detail: Any
) -> Event:
    return Event(seq, time, "linux-1", action, outcome, detail, None)


def trace(*events: Event) -> tuple[Event, ...]:
    return tuple(e._replace(seq=seq) for seq, e in enumerate(events))


def compared(first: Run, second: Run) -> list[tuple[str, str]]:
    """Action and outcome on each side of every event that differs."""
    return [
        (_said(pair.first), _said(pair.second))
        for pair in compare(first, second).events
    ]


def _said(found: Event | None) -> str:
    return "-" if found is None else f"{found.action} {found.outcome}"


EMPTY = run([])


def with_events(*events: Event) -> Run:
    return replace(EMPTY, events=trace(*events))


def test_a_run_is_the_same_as_itself() -> None:
    done = run([*BOOT, execute("app")])
    found = compare(done, run([*BOOT, execute("app")]))
    assert found == Comparison((), 0, ())
    assert found.same


def test_two_plans_differ_where_one_does_more_and_where_that_matters() -> None:
    without, beside = (
        run([*BOOT, execute("app")]),
        run([*BOOT, install("app"), execute("app")]),
    )
    assert compared(without, beside) == [
        ("-", "install asked"),
        ("-", "write_file ok"),
        ("execve failed", "execve ok"),
    ]
    assert not compare(without, beside).same


def test_events_that_are_alike_are_matched_by_their_order() -> None:
    first = with_events(event(0, "kill", target="a"), event(1, "kill", target="a"))
    second = with_events(event(0, "kill", target="a"))
    (pair,) = compare(first, second).events
    assert (pair.first, pair.second) == (first.events[1], None)
    assert pair.at == (0, 1)


def test_another_target_is_another_event() -> None:
    first = with_events(event(0, "kill", target="a"))
    second = with_events(event(0, "kill", target="b"))
    assert compared(first, second) == [("kill ok", "-"), ("-", "kill ok")]


def test_outcomes_and_details_count() -> None:
    first = with_events(event(0, "kill"), event(1, "read", bytes=1))
    second = with_events(event(0, "kill", outcome="failed"), event(1, "read", bytes=2))
    assert compared(first, second) == [
        ("kill ok", "kill failed"),
        ("read ok", "read ok"),
    ]


def test_an_event_at_another_time_has_only_moved() -> None:
    first = with_events(event(0, "kill", time=1), event(1, "read", time=2))
    second = with_events(event(0, "kill", time=1), event(1, "read", time=3))
    found = compare(first, second)
    assert (found.events, found.moved, found.same) == ((), 1, False)


def test_differences_stand_in_the_order_of_time() -> None:
    first = with_events(event(0, "late", time=9))
    second = with_events(event(0, "early", time=1), event(1, "later", time=10))
    assert compared(first, second) == [
        ("-", "early ok"),
        ("late ok", "-"),
        ("-", "later ok"),
    ]


def figures(first: Any, second: Any) -> list[tuple[str, Any, Any]]:
    found = compare(replace(EMPTY, metrics=first), replace(EMPTY, metrics=second))
    return [(f.path, f.first, f.second) for f in found.figures]


def test_figures_are_compared_leaf_by_leaf() -> None:
    first = {"ram": {"a": 1, "b": 2}, "list": [1, 2], "same": [{"x": 1}]}
    second = {"ram": {"a": 1, "b": 3}, "list": [1, 3, 4], "same": [{"x": 1}]}
    assert figures(first, second) == [
        ("metrics.ram.b", 2, 3),
        ("metrics.list.1", 2, 3),
        ("metrics.list.2", None, 4),
    ]


def test_what_only_one_run_has_stands_beside_nothing() -> None:
    assert figures({"a": 1, "b": {}}, {"c": [1]}) == [
        ("metrics.a", 1, None),
        ("metrics.b", {}, None),
        ("metrics.c", None, [1]),
    ]


def test_values_of_two_kinds_differ_as_a_whole() -> None:
    assert figures({"a": {"b": 1}}, {"a": [1]}) == [("metrics.a", {"b": 1}, [1])]


def test_the_world_is_compared_too() -> None:
    first, second = (run([*BOOT, install("docker"), box(count)]) for count in (1, 2))
    paths = [figure.path for figure in compare(first, second).figures]
    assert "metrics.processes" in paths
    assert any(path.startswith("observation.machines.server.") for path in paths)


FIRST = trace(event(0, "a"), event(1, "b", outcome="failed"), event(2, "c", time=5))
SECOND = trace(event(0, "a"), event(1, "b"), event(2, "d", time=4))


def matters(ours: set[int], theirs: set[int]) -> tuple[str, str] | None:
    found = first_that_matters(
        replace(EMPTY, events=FIRST), replace(EMPTY, events=SECOND), (ours, theirs)
    )
    return found and (_said(found.first), _said(found.second))


def test_what_is_alike_does_not_matter() -> None:
    assert matters({0}, {0}) is None


def test_the_first_that_matters_on_either_side() -> None:
    assert matters({0, 1, 2}, {0, 2}) == ("b failed", "b ok")
    assert matters({0, 2}, {0, 1, 2}) == ("b failed", "b ok")
    assert matters({0, 2}, {0, 2}) == ("-", "d ok")
    assert matters({2}, set()) == ("c ok", "-")
    assert matters(set(), set()) is None


def test_a_wish_matters_only_when_nothing_else_does() -> None:
    asked, done = event(0, "exec", outcome="asked"), event(1, "execve", time=7)
    first, second = with_events(asked, done), with_events(event(0, "other"))
    for ours, expected in (({0, 1}, done.seq), ({0}, asked.seq)):
        found = first_that_matters(first, second, (ours, set()))
        assert found is not None
        assert (found.first, found.second) == (first.events[expected], None)


def test_every_event_has_a_place_in_the_pairs() -> None:
    pairs = list(counterparts(FIRST, SECOND))
    assert [pair.first for pair in pairs if pair.first] == [*FIRST]
    assert {pair.second.seq for pair in pairs if pair.second} == {0, 1, 2}
    assert Difference(FIRST[2], None) in pairs
