"""The files of a guest: programs under numbers, where machines and images have them."""

from typing import Any

import pytest

from simulator.live.binaries.programs import Recipe, executable
from simulator.live.guest_linux.files import files_of, numbered
from simulator.live.translating import NotHereError
from simulator.subsystems.files import Program
from simulator.subsystems.steps.life import EXECVE

APP = Program("app", "/srv/app", "elf", "x86_64")
STARTER = Program(
    "starter",
    "/srv/starter",
    "elf",
    "x86_64",
    does=(
        (
            "repeat",
            {"times": 1, "steps": (("exec", {"program": "app", "through": EXECVE}),)},
        ),
        ("exit", {"status": 0}),
    ),
    signals=(("SIGTERM", "exit"),),
)
IDLE = Program("idle", "/srv/idle", "elf", "x86_64")
PROGRAMS = {program.name: program for program in (APP, STARTER, IDLE)}
IMAGES = {
    "first": {"programs": ["app", "idle"]},
    "second": {"programs": ["starter", "app"]},
}


def paths(*started: str, images: Any = IMAGES) -> list[str]:
    return [entry.path for entry in files_of(PROGRAMS, images, started)]


def test_names_become_numbers() -> None:
    assert numbered(IMAGES) == {"first": 1, "second": 2}


def test_only_what_may_start_is_there() -> None:
    assert paths("app") == [
        "p1",
        "images",
        "images/1",
        "images/1/proc",
        "images/1/p1",
        "images/2",
        "images/2/proc",
        "images/2/p1",
    ]
    assert paths(images={}) == ["images"]


def test_what_a_program_starts_is_there_too_and_once() -> None:
    found = paths("starter", "app", "starter")
    assert [path for path in found if path.startswith("p")] == ["p2", "p1"]
    assert found[-2:] == ["images/2/p2", "images/2/p1"]


def test_the_content_is_the_programs() -> None:
    first, *_ = files_of(PROGRAMS, {}, ["idle"])
    assert first.content == executable(Recipe(3))
    assert first.mode == 0o100755


def test_a_program_that_is_named_has_a_path_of_ours() -> None:
    starter, *_ = files_of(PROGRAMS, {}, ["starter"])
    assert b"/p1\0" in starter.content
    assert b"/srv" not in starter.content


@pytest.mark.parametrize(
    "more",
    [
        {"format": "pe"},
        {"arch": "aarch64"},
        {"executable": False},
        {"acts_as": "shell"},
        {"calls": ("landlock_create_ruleset",)},
        {"truncated": True},
    ],
)
def test_a_program_that_is_more_than_a_guests(more: dict[str, Any]) -> None:
    fields = {"format": "elf", "arch": "x86_64", **more}
    odd = Program("odd", "/srv/odd", **fields)
    with pytest.raises(NotHereError, match="odd is more than a guest's program can be"):
        list(files_of({"odd": odd}, {}, ["odd"]))


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (("kill", {"signal": "SIGTERM"}), "no program of a guest does the step kill"),
        (("fork", {"count": 1}), "no program of a guest does the step fork"),
        (("compute", {"threads": 2}), "programs of a probe have one thread"),
    ],
)
def test_a_step_that_needs_more_than_a_kernel(step: Any, reason: str) -> None:
    odd = Program("odd", "/srv/odd", "elf", "x86_64", does=(step,))
    with pytest.raises(NotHereError, match=reason):
        list(files_of({"odd": odd}, {}, ["odd"]))
