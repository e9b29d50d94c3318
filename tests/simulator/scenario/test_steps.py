"""Steps of a program in a scenario: what is read, and what is wrong with others."""

from typing import Any

import pytest

from simulator.scenario.vocabulary.steps.reading import MAX_STEPS
from tests.simulator.worlds import document, messages, scenario, text_of

ALL: list[dict[str, Any]] = [
    {"compute": {"ms": 5}},
    {"sleep": {"ms": 5}},
    {"fork": {}},
    {"fork": {"count": 3, "steps": [{"exit": {"status": 1}}]}},
    {"spawn": {"program": "sh"}},
    {"spawn": {"program": "sh", "wait": True}},
    {"exec": {"program": "sh"}},
    {"wait_children": {}},
    {"adopt_orphans": {}},
    {"repeat": {"times": 2, "steps": [{"sleep": {"ms": 1}}]}},
    {"exit": {}},
]
PATH = "world.programs.app.does"


def problems(does: Any) -> list[tuple[str, str]]:
    spec = document(world={"programs": {"app": {"does": does}}})
    return [(path, message) for _, _, path, message in messages(text_of(spec))]


def test_every_step_is_read_with_its_defaults() -> None:
    found = scenario(world={"programs": {"app": {"does": ALL}}})
    assert found.world["programs"]["app"]["does"] == (
        ("compute", {"ms": 5, "threads": 1}),
        ("sleep", {"ms": 5}),
        ("fork", {"count": 1, "steps": ()}),
        ("fork", {"count": 3, "steps": (("exit", {"status": 1}),)}),
        ("spawn", {"program": "sh", "wait": False, "through": "execve"}),
        ("spawn", {"program": "sh", "wait": True, "through": "execve"}),
        ("exec", {"program": "sh", "through": "execve"}),
        ("wait_children", {}),
        ("adopt_orphans", {}),
        ("repeat", {"times": 2, "steps": (("sleep", {"ms": 1}),)}),
        ("exit", {"status": None}),
    )


@pytest.mark.parametrize(
    ("does", "path", "message"),
    [
        ("sleep", "", "a list expected, not text"),
        ({"sleep": {"ms": 1}}, "", "a list expected, not a mapping"),
        (["sleep"], "[0]", "a step is one word with its arguments"),
        ([{}], "[0]", "a step is one word with its arguments"),
        (
            [{"sleep": {"ms": 1}, "exit": {}}],
            "[0]",
            "a step is one word with its arguments",
        ),
        ([{"slep": {"ms": 1}}], "[0]", "unknown step 'slep'"),
        ([{"sleep": {}}], "[0].sleep", "the key 'ms' is missing"),
        ([{"sleep": {"ms": -1}}], "[0].sleep.ms", "-1 is out of range"),
        ([{"exit": {"status": 256}}], "[0].exit.status", "256 is out of range"),
        (
            [{"spawn": {"program": "none"}}],
            "[0].spawn.program",
            "there is no program 'none'",
        ),
        (
            [{"fork": {"steps": [{"exit": {"code": 1}}]}}],
            "[0].fork.steps[0].exit",
            "unknown key 'code'",
        ),
    ],
)
def test_wrong_steps_are_named_with_their_place(
    does: Any, path: str, message: str
) -> None:
    assert problems(does) == [(f"{PATH}{path}", message)]


def test_too_many_steps() -> None:
    does = [{"sleep": {"ms": 1}}] * (MAX_STEPS + 1)
    assert problems(does) == [(PATH, f"more than {MAX_STEPS} steps")]
    assert problems(does[1:]) == []


def test_a_step_can_take_a_parameter() -> None:
    found = scenario(
        world={"programs": {"app": {"does": [{"sleep": {"ms": "${ms}"}}]}}},
        parameters={"ms": [1, 2]},
    )
    specs = [found.world_template.fill(found.variant(seed)) for seed in (0, 1)]
    assert [spec["programs"]["app"]["does"] for spec in specs] == [
        (("sleep", {"ms": 1}),),
        (("sleep", {"ms": 2}),),
    ]


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSTOP"])
def test_signals_that_no_program_can_handle(name: str) -> None:
    spec = document(world={"programs": {"app": {"signals": {name: "ignore"}}}})
    (problem,) = messages(text_of(spec))
    assert problem[2:] == ("world.programs.app.signals", f"unknown key '{name}'")
