"""The actions `build` and `change_file`."""

import pytest

from simulator.actions.plan import VERBS
from tests.simulator.subsystems.builds.yards import (
    WORLD,
    build,
    carried_out,
    change,
    outcome,
    steps,
)
from tests.simulator.worlds import BOOT, ENGINE, events, install, run, vm

TEXT = "FROM ubuntu\nCOPY README.md /\nRUN touch /a\n"
PARTS = {**WORLD, "dockerfiles": {"app": {"text": TEXT}}}


def test_they_are_words_of_the_language() -> None:
    assert {"build", "change_file"} <= {*VERBS}


def test_a_wish_is_recorded_first() -> None:
    done = carried_out(TEXT)
    asked = events(done, "build", actor="operator")[0]
    assert (asked.outcome, asked.detail) == ("asked", {"target": "app", "on": "server"})
    first = events(done, "build_step")[0]
    assert first.cause == asked.seq


def test_a_change_is_recorded() -> None:
    done = carried_out(TEXT, change("README.md", "new"))
    asked, written = done.events[-2:]
    assert (asked.action, asked.outcome) == ("change_file", "asked")
    assert (written.action, written.outcome) == ("write_file", "ok")
    assert (written.detail["target"], written.cause) == ("/README.md", asked.seq)


def test_a_change_is_there_for_the_next_build_only() -> None:
    plan = (build(), change("README.md", "new"), build("next", "app"))
    done = carried_out(TEXT, *plan)
    contents = [
        outcome(done, name)["image"]["contents"]["/README.md"]
        for name in ("app", "next")
    ]
    assert contents == ["project/README.md", "new"]


def test_a_new_file_can_be_copied() -> None:
    text = "FROM ubuntu\nCOPY new.txt /\n"
    assert outcome(carried_out(text))["state"] == "failed"
    done = carried_out(text, change("new.txt", "x"), build())
    assert outcome(done)["image"]["contents"]["/new.txt"] == "x"


def test_arguments_of_a_build() -> None:
    text = "FROM ubuntu\nARG A\nARG B=2\nRUN echo $A,$B > /out"
    done = carried_out(text, build(args=["A=1", "B=x=y", "C=unused"]))
    assert outcome(done)["image"]["contents"]["/out"] == "1,x=y\n"


def test_nobody_builds_where_nothing_runs() -> None:
    done = run([build()], world=PARTS)
    failed = events(done, "build", outcome="failed")
    assert [e.actor for e in failed] == ["server"]
    assert outcome(done)["state"] == "failed"


def test_nobody_builds_without_an_engine() -> None:
    done = run([*BOOT, build()], world=PARTS)
    failed = events(done, "build", outcome="failed")[0]
    said = "Cannot connect to the daemon: no container engine is running here"
    assert failed.detail["log"] == said
    assert outcome(done)["log"] == said


def test_a_place_that_is_not_there() -> None:
    done = run([*ENGINE, build(on="guest"), vm()], world=PARTS)
    assert events(done, "find", outcome="failed") != []
    assert outcome(done)["state"] == "building"


def test_two_engines_have_a_cache_each() -> None:
    world = {**PARTS, "machines": {"other": {"cores": 2, "ram_mib": 8192}}}
    plan = [
        *ENGINE,
        install("linux", "other"),
        {"power_on": {"machine": "other"}},
        install("docker", "other"),
        build(),
        build("again", "app"),
        build("elsewhere", "app", on="other"),
    ]
    done = run(plan, world=world)
    cached = {
        name: [was for _, was in steps(done, name)]
        for name in ("app", "again", "elsewhere")
    }
    assert cached == {
        "app": [False, False],
        "again": [True, True],
        "elsewhere": [False, False],
    }


def test_the_cache_outlives_a_restart() -> None:
    plan = (build(), {"reboot": {"machine": "server"}}, build("again", "app"))
    done = carried_out(TEXT, *plan)
    assert [was for _, was in steps(done, "again")] == [True, True]


def test_a_tag_leads_to_the_image_that_was_built_last() -> None:
    box = {"start_container": {"name": "box", "on": "server", "image": "app:1"}}
    text = 'FROM kit\nCOPY README.md /\nCMD ["cat", "/README.md"]'
    done = carried_out(text, build(), change("README.md", "new"), build(), box)
    present = events(done, "image_present")[0]
    assert present.detail["target"] == "app:1"
    assert outcome(done)["image"]["contents"]["/README.md"] == "new"


@pytest.mark.parametrize("tag", ["app:1", "registry.example.org/team/app:1.2"])
def test_names_of_images(tag: str) -> None:
    done = carried_out(TEXT, build(tag=tag))
    assert events(done, "build", actor="docker")[0].detail["target"] == tag


def test_an_image_can_be_the_base_of_another() -> None:
    world = {"dockerfiles": {"next": {"text": "FROM app:1\nRUN cat /a > /b"}}}
    plan = (build(), build("next", "next"))
    done = carried_out(TEXT, *plan, world=world)
    layers = outcome(done, "next")["image"]["layers"]
    assert [layer["created_by"] for layer in layers] == [
        "",
        "COPY README.md /",
        "RUN touch /a",
        "RUN cat /a > /b",
    ]


def test_a_base_without_a_tag_means_the_latest() -> None:
    world = {"dockerfiles": {"next": {"text": "FROM app\nRUN touch /b"}}}
    plan = (build(tag="app:latest"), build("next", "next"))
    done = carried_out(TEXT, *plan, world=world)
    assert outcome(done, "next")["state"] == "built"
    plan = (build(tag="app:1"), build("next", "next"))
    assert outcome(carried_out(TEXT, *plan, world=world), "next")["state"] == "failed"
