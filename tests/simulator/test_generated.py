"""Worlds, programs and plans made from the words themselves keep the laws."""

import re
import sys
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Budget, Event, Run, load_scenario
from simulator.scenario.vocabulary import VERBS, WORLD_FIELDS
from simulator.scenario.vocabulary.steps import STEPS
from tests.simulator import generated, laws
from tests.simulator.worlds import BOOT, box, document, execute, install, scenario

pytestmark = pytest.mark.exhaustive

seeds = st.integers(0, 2**32)
generous = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@generous
@given(seeds)
def test_generated_runs_keep_the_laws(seed: int) -> None:
    found = generated.scenario_of(Random(seed))
    if found is not None:
        assert list(laws.broken(found, generated.BUDGET)) == []


def test_most_documents_can_be_mended() -> None:
    made = [generated.scenario_of(Random(seed)) for seed in range(40)]
    assert sum(found is not None for found in made) >= 36


def _words(value: Any, found: Counter[str]) -> None:
    if isinstance(value, dict):
        found.update(list(value))
        for inner in value.values():
            _words(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _words(inner, found)


def test_every_word_of_the_language_is_made() -> None:
    found: Counter[str] = Counter()
    for seed in range(150):
        _words(generated.Words(Random(seed)).document(), found)
    assert {*WORLD_FIELDS, *VERBS, *STEPS} - set(found) == set()


def test_a_seed_gives_one_document() -> None:
    first, second = (generated.Words(Random(7)).document() for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "pattern",
    [r"^[a-z][a-z0-9-]{0,62}$", r"^(a|bc)+x?$", r"^/[A-Za-z]{1,3}(\.\d)?.$", r"\S"],
)
def test_a_text_is_one_that_the_pattern_matches(pattern: str) -> None:
    words = generated.Words(Random(1))
    for _ in range(20):
        text = words.value({"type": "string", "pattern": pattern})
        assert re.search(pattern.replace(r"\d", "[0-9x]"), text)


def test_numbers_stay_in_their_bounds() -> None:
    words = generated.Words(Random(2))
    for low, high in ((0, 0), (5, 7), (0, 10**9), (1, 3)):
        schema = {"type": "integer", "minimum": low, "maximum": high}
        found = {words.value(schema, "ram_mib") for _ in range(200)}
        found |= {words.value(schema, "other") for _ in range(200)}
        assert low <= min(found) <= max(found) <= high
        assert {low, high} <= found


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("arms.a.plan[1].fly", {"plan": [1, 3]}),
        ("arms.a.plan[7]", {"plan": [1, 2, 3]}),
        ("arms.a.nothing.at.all", {"plan": [1, 2, 3]}),
        ("arms.a", None),
        ("", {"plan": [1, 2, 3]}),
    ],
)
def test_what_a_problem_names_is_taken_out(path: str, left: Any) -> None:
    spec = {"arms": {"a": {"plan": [1, 2, 3]}}}
    generated._take_out(spec, path)
    assert spec["arms"].get("a") == left


def test_a_document_that_cannot_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated.Words, "document", lambda _: {"key": "x"})
    assert generated.scenario_of(Random(1)) is None
    assert list(generated.fuzz(0, 2)) == []


def test_the_program_names_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = scenario(BOOT)
    monkeypatch.setattr(generated, "scenario_of", lambda _: small)
    monkeypatch.setattr(sys, "argv", ["x", "--examples", "2", "--first", "5"])
    assert generated.main() == 0
    assert capsys.readouterr().out.startswith("2 documents, 0 wrong, ")

    def crash(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(generated, "broken", crash)
    assert generated.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"seed 5: ZeroDivisionError at test_generated.py:\d+: oh", lines[0]
    )
    assert lines[2].startswith("2 documents, 2 wrong, ")


DONE, WORLD = laws.run_and_world(
    scenario([*BOOT, install("docker"), box(2), install("app"), execute("app")]),
    "a",
    Budget(),
)


def event(place: int, **fields: Any) -> Event:
    base = Event(place, place, "linux-1", "act", "ok", {}, 0)
    return base._replace(**fields)


def broken_by(*events: Event) -> list[str]:
    """Laws that a run with these events breaks; the details of events left out."""
    asked = Event(0, 0, "operator", "exec", "asked", {}, None)
    run = replace(DONE, events=(asked, *events))
    return [law.partition(":")[0].partition(",")[0] for law in laws.laws(run, WORLD)]


def test_a_run_as_it_should_be() -> None:
    assert list(laws.laws(DONE, WORLD)) == []
    assert broken_by(event(1)) == []


@pytest.mark.parametrize(
    ("fields", "law"),
    [
        ({"seq": 2}, "events are not numbered in order"),
        ({"time": -1}, "time goes back"),
        ({"cause": 1}, "the cause is not before its effect"),
        ({"cause": None}, "nothing caused it"),
        ({"outcome": "so so"}, "no outcome"),
        ({"outcome": "failed"}, "a failure without a log line"),
        ({"detail": {"errno": 5}}, "half an errno"),
    ],
)
def test_events_that_break_a_law(fields: dict[str, Any], law: str) -> None:
    assert broken_by(event(1, **fields)) == [law]


def test_the_dead_do_nothing() -> None:
    panic = event(1, outcome="failed", detail={"log": "Kernel panic - not syncing"})
    assert broken_by(panic) == []
    (law,) = broken_by(panic, event(2))
    assert law.startswith("#1 ")
    assert broken_by(panic, event(2, actor="linux-2")) == []


@pytest.mark.parametrize("log", laws.POWERLESS)
def test_nothing_runs_without_power(log: str) -> None:
    off = event(2, actor="server", action="power_off", detail={"log": log})
    assert broken_by(event(1), off) == []
    (law,) = broken_by(event(1), off, event(3))
    assert law.startswith("#2 ")
    assert broken_by(event(1), off, event(3, actor="linux-2")) == []
    still_on = event(2, actor="server", action="power_off", detail={"log": "no"})
    assert broken_by(event(1), still_on, event(3)) == []


def node(used: int, charges: dict[str, int], children: list[Any]) -> dict[str, Any]:
    base = {"name": "m", "ram_kib": 100, "used_kib": used, "charges": charges}
    return {**base, "children": children}


def test_memory_adds_up_at_every_level() -> None:
    def said(found: dict[str, Any]) -> list[str]:
        return list(laws._memory(found))

    assert said(node(9, {"a": 9}, [{"children": [node(4, {"b": 4}, [])]}])) == []
    assert said(node(101, {"a": 101}, [])) == ["m uses 101 KiB of 100"]
    assert said(node(9, {"a": 8}, [])) == ["the charges of m do not add up to 9 KiB"]
    assert said(node(1, {"a": 2, "b": -1}, [])) == ["a charge of m is negative"]
    inside = node(9, {"a": 9}, [{"children": [node(4, {}, [])]}])
    assert said(inside) == ["the charges of m do not add up to 4 KiB"]


def test_processor_time_is_not_more_than_there_was() -> None:
    run, world = laws.run_and_world(scenario(BOOT), "a", Budget())
    assert list(laws._processor_time(run, world)) == []
    world.engine.now = 1
    found = list(laws._processor_time(run, world))
    assert len(found) == 1
    assert found[0].startswith("server used ")
    other = replace(run, metrics={**run.metrics, "cpu_us": {"server": 0}})
    assert list(laws._processor_time(other, world))[1:] == [
        "the metric of server is not its time"
    ]


def test_a_number_belongs_to_one_process_and_the_dead_run_none() -> None:
    _, world = laws.run_and_world(
        scenario([*BOOT, install("app"), execute("app")]), "a", Budget()
    )
    assert list(laws._processes(world)) == []
    (kernel,) = world.kernels
    app = next(process for process in kernel.processes if process.alive)
    kernel.processes.append(app)
    law = next(laws._processes(world))
    assert law.startswith("2 processes of linux-1 have the number ")
    kernel.processes.pop()
    kernel.state = "dead"
    (found,) = laws._processes(world)
    assert found.endswith("processes run on the dead linux-1")


def test_a_run_that_does_not_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    small = scenario(BOOT)
    assert list(laws.broken(small, Budget())) == []

    def other(*_: object, **__: object) -> Run:
        return DONE

    monkeypatch.setattr(laws, "run_arm", other)
    monkeypatch.setattr(
        laws, "run_and_world", lambda *_: (replace(DONE, seed=1), WORLD)
    )
    assert list(laws.broken(small, Budget())) == ["the same run has another hash"]


def test_the_text_of_a_document_reads_as_the_document() -> None:
    spec = document()
    assert load_scenario(generated.text_of(spec)).key == "small"


def test_deep_process_trees_are_shown_as_lists() -> None:
    deep = {"ram_mib": 1, "does": [{"spawn": {"program": "sh"}}]}
    spec = scenario(
        [*BOOT, install("sh"), execute("sh")], world={"programs": {"sh": deep}}
    )
    run, _ = laws.run_and_world(spec, "a", Budget(events=4000))
    (kernel,) = run.observation["machines"]["server"]["children"]
    depth, level = 0, kernel["children"]
    while len(level) == 1:
        depth, level = depth + 1, level[0]["children"]
    assert depth == 101
    assert len(level) > 100
