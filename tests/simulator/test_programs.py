"""Programs of a world: fields, and the paths of those that their steps name."""

from simulator.programs import programs_of
from simulator.subsystems.files import Interprets
from tests.simulator.worlds import scenario

DOES = [
    {"spawn": {"program": "sh"}},
    {"repeat": {"times": 2, "steps": [{"exec": {"program": "sh"}}]}},
    {"exit": {"status": 2}},
]
SH = {"program": "sh", "path": "/bin/sh", "through": "execve"}


def test_steps_know_the_paths_of_the_programs_that_they_name() -> None:
    found = scenario(world={"programs": {"app": {"does": DOES}}})
    app = programs_of(found.world["programs"])["app"]
    assert app.does == (
        ("spawn", {"wait": False, **SH}),
        ("repeat", {"times": 2, "steps": (("exec", SH),)}),
        ("exit", {"status": 2}),
    )


def test_only_unusual_handlers_are_kept() -> None:
    signals = {"SIGTERM": "exit", "SIGHUP": "default"}
    found = scenario(world={"programs": {"app": {"signals": signals}}})
    app = programs_of(found.world["programs"])["app"]
    assert app.signals == (("SIGTERM", "exit"),)


def test_sizes_are_in_kib_and_an_interpreter_is_one() -> None:
    programs = programs_of(scenario().world["programs"])
    assert (programs["app"].ram_kib, programs["app"].text_kib) == (102_400, 10_240)
    assert programs["wine"].interprets == Interprets("pe", "x86_64", "win32")
    assert programs["app"].interprets is None
    assert [*programs] == ["app", "exe", "wine", "sh", "script"]
