"""Each mechanism of builds by itself: what changes when it works another way."""

from collections.abc import Mapping
from typing import Any

import pytest

from simulator import MECHANISMS
from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    change,
    outcome,
    wait,
)

AGAIN = build("again", "app")
NIGHTLY = "FROM kit\nRUN curl https://example.org/nightly -o /n"
APT = "FROM ubuntu\nRUN apt-get update\nRUN apt-get install -y python3"


def seen(
    text: str, *plan: Any, name: str = "app", **mechanisms: str
) -> Mapping[str, Any]:
    changed = {f"build.{key}": value for key, value in mechanisms.items()}
    return outcome(carried_out(text, *plan, mechanisms=changed), name)


def test_all_of_them_are_here() -> None:
    found = {name for name in MECHANISMS if name.startswith("build.")}
    tried = {
        f"build.{name.removeprefix('test_')}"
        for name in globals()
        if name.startswith("test_") and f"build.{name[5:]}" in found
    }
    assert tried == found


@pytest.mark.parametrize(
    ("value", "days", "cached"),
    [
        ("instructions", 0, 1),
        ("instructions", 3, 1),
        ("world", 0, 1),
        ("world", 3, 0),
        ("off", 0, 0),
        ("off", 3, 0),
    ],
)
def test_cache(value: str, days: int, cached: int) -> None:
    plan = (build(), wait(days), AGAIN)
    found = seen(NIGHTLY, *plan, name="again", cache=value)
    assert found["cached_steps"] == cached
    assert (found["downloaded_kib"] == 0) is (cached == 1)


@pytest.mark.parametrize(
    ("value", "content", "cached"),
    [
        ("content", "", 1),
        ("content", "new", 0),
        ("times", "", 0),
        ("times", "new", 0),
    ],
)
def test_copy_key(value: str, content: str, cached: int) -> None:
    plan = (build(), change("README.md", content), AGAIN)
    text = "FROM ubuntu\nCOPY README.md /"
    found = seen(text, *plan, name="again", copy_key=value)
    assert found["cached_steps"] == cached


def test_copy_key_of_files_that_nobody_touched() -> None:
    text = "FROM ubuntu\nCOPY README.md /"
    found = seen(text, build(), wait(1), AGAIN, name="again", copy_key="times")
    assert found["cached_steps"] == 1


@pytest.mark.parametrize(
    ("value", "line", "status"),
    [
        ("emptied", "apt-get install -y curl", 100),
        ("shipped", "apt-get install -y curl", None),
        ("shipped", "apt-get install -y python3", None),
        ("shipped", "apt-get install python3", 1),
        ("shipped", "apt-get install -y nothing", 100),
    ],
)
def test_index(value: str, line: str, status: int | None) -> None:
    assert seen(f"FROM ubuntu\nRUN {line}", index=value)["exit_status"] == status


def test_index_of_weeks_ago() -> None:
    text = "FROM ubuntu\nRUN apt-get install -y python3"
    assert seen(text, wait(11), build(), index="shipped")["exit_status"] == 100
    text = "FROM ubuntu\nRUN apt-get install -y curl"
    assert seen(text, wait(11), build(), index="shipped")["state"] == "built"


def test_index_takes_space() -> None:
    sizes = [
        seen("FROM ubuntu", index=value)["image"]["kib"]
        for value in ("emptied", "shipped")
    ]
    assert sizes[1] - sizes[0] == 4096


@pytest.mark.parametrize(
    ("value", "line", "status"),
    [
        ("end_of_input", "apt-get install python3", 1),
        ("answered", "apt-get install python3", None),
        ("answered", "apt-get install python3 < /dev/null", None),
        ("end_of_input", "apt-get install -y python3", None),
        ("answered", "apt-get install nothing", 100),
    ],
)
def test_prompt(value: str, line: str, status: int | None) -> None:
    text = f"FROM ubuntu\nRUN apt-get update && {line}"
    assert seen(text, prompt=value)["exit_status"] == status


@pytest.mark.parametrize(
    ("value", "days", "status"),
    [
        ("moves", 0, None),
        ("moves", 9, None),
        ("moves", 11, 100),
        ("moves", 25, 100),
        ("keeps", 11, None),
        ("keeps", 25, None),
    ],
)
def test_archive(value: str, days: int, status: int | None) -> None:
    first = "FROM ubuntu\nRUN apt-get update"
    world = {"dockerfiles": {"next": {"text": APT}}}
    plan = (build(), wait(days), build("next", "next"))
    mechanisms = {"build.archive": value}
    done = carried_out(first, *plan, world=world, mechanisms=mechanisms)
    assert outcome(done, "next")["exit_status"] == status


@pytest.mark.parametrize(
    ("value", "layers"),
    [
        ("whiteout", [("/w/a", "/w/b"), ()]),
        ("erase", [("/w/b",)]),
    ],
)
def test_deletion(value: str, layers: list[tuple[str, ...]]) -> None:
    text = "FROM ubuntu\nRUN mkdir /w && echo a > /w/a && echo b > /w/b\nRUN rm /w/a"
    image = seen(text, deletion=value)["image"]
    assert [tuple(layer["files"]) for layer in image["layers"][1:]][: len(layers)] == (
        layers
    )
    assert "/w/a" not in image["files"]
    assert "/w/b" in image["files"]


def test_deletion_of_a_whole_directory() -> None:
    text = "FROM ubuntu\nCOPY . /w\nRUN rm -r /w"
    plain, erased = (seen(text, deletion=value) for value in ("whiteout", "erase"))
    assert plain["image"]["files"] == erased["image"]["files"]
    assert plain["image"]["kib"] > erased["image"]["kib"]


UNUSED = "FROM ubuntu AS a\nRUN exit 3\nFROM ubuntu\nRUN touch /b"


@pytest.mark.parametrize(
    ("value", "status", "stages"), [("needed", None, 1), ("all", 3, 0)]
)
def test_stages(value: str, status: int | None, stages: int) -> None:
    found = seen(UNUSED, stages=value)
    assert (found["exit_status"], found["stages"]) == (status, stages)


def test_stages_behind_the_wanted_one_are_never_built() -> None:
    text = "FROM ubuntu AS a\nRUN touch /a\nFROM ubuntu AS b\nRUN exit 3"
    found = seen(text, build(target="a"), stages="all")
    assert (found["state"], found["stages"]) == ("built", 1)


@pytest.mark.parametrize(
    ("value", "text", "seen_there"),
    [
        ("stage", "ARG V=1\nFROM ubuntu", ""),
        ("everywhere", "ARG V=1\nFROM ubuntu", "1"),
        ("everywhere", "ARG V=1\nFROM ubuntu\nARG V=2", "2"),
        ("everywhere", "ARG V=1\nFROM ubuntu\nENV V=3", "3"),
        ("stage", "FROM ubuntu AS a\nARG V=1\nFROM a", ""),
        ("everywhere", "FROM ubuntu AS a\nARG V=1\nFROM a", ""),
        ("everywhere", "ARG V=1\nFROM ubuntu AS a\nFROM a", "1"),
    ],
)
def test_args(value: str, text: str, seen_there: str) -> None:
    image = seen(f"{text}\nRUN echo $V > /out", args=value)["image"]
    assert image["contents"]["/out"].strip() == seen_there
