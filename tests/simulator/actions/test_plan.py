"""Plans: verb after verb, each recorded as the operator's wish."""

import pytest

from simulator.actions.plan import VERBS
from simulator.scenario import vocabulary
from tests.simulator.worlds import (
    BOOT,
    ENGINE,
    app_vm,
    box,
    events,
    execute,
    install,
    load,
    power_on,
    register,
    run,
)


def test_every_verb_of_the_language_can_be_done() -> None:
    assert set(VERBS) == set(vocabulary.VERBS)


def test_the_operators_wishes_are_on_record() -> None:
    done = run([*ENGINE, box(), load("app")])
    asked = events(done, actor="operator")
    assert [(e.action, dict(e.detail)) for e in asked] == [
        ("install", {"target": "linux", "on": "server"}),
        ("power_on", {"target": "server"}),
        ("install", {"target": "docker", "on": "server"}),
        ("start_container", {"target": "box", "on": "server"}),
        ("load", {"target": "app"}),
    ]
    assert {e.outcome for e in asked} == {"asked"}
    assert {e.cause for e in asked} == {None}


@pytest.mark.parametrize(
    ("step", "target"),
    [
        (install("app"), "app"),
        (power_on(), "server"),
        (execute("app"), "app"),
        (register(), "dos"),
        (load("app"), "app"),
        (app_vm(), "guest"),
        ({"make_executable": {"program": "app", "on": "server"}}, "app"),
        ({"install_libraries": {"name": "glibc", "on": "server"}}, "glibc"),
    ],
)
def test_a_wish_names_what_it_is_about(step: dict[str, object], target: str) -> None:
    asked = run([step]).events[0]
    assert (asked.seq, asked.time, asked.actor) == (0, 0, "operator")
    assert asked.detail["target"] == target


def test_a_failure_does_not_stop_the_plan() -> None:
    done = run([load("app"), execute("app"), *BOOT, install("app"), execute("app")])
    assert done.verdict == "completed"
    assert done.observation["programs"]["app"]["running"] == 1


def test_an_action_ends_before_the_next_begins() -> None:
    done = run([*ENGINE, box(4), load("app")])
    asked = events(done, "load")[0]
    assert all(e.time <= asked.time for e in done.events if e.seq < asked.seq)
    assert [e.action for e in done.events if e.seq > asked.seq] == ["serve"] * 4


def test_an_empty_plan_does_nothing() -> None:
    done = run([])
    assert (done.events, done.metrics["duration_us"]) == ((), 0)
