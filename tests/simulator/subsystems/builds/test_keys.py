"""What a step of a build is known by."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.dockerfile import Heredoc, Instruction
from simulator.subsystems.builds.copying import Copied
from simulator.subsystems.builds.keys import (
    key_of_copy,
    key_of_directory,
    key_of_run,
)
from simulator.subsystems.builds.settings import Settings
from simulator.subsystems.files import DataFile, Program

RUN = Instruction("RUN", 3, "RUN a", ("a",))
COPY = Instruction("COPY", 4, "COPY a /b", ("a", "/b"))
FILE = Copied("/a", "/b", DataFile("/a", 5, "text"))


def key(
    instruction: Instruction = RUN, parent: str = "p", world: str = "", **more: Any
) -> str:
    return key_of_run(parent, instruction, Settings(**more), world)


def test_the_same_is_the_same() -> None:
    assert key() == key()
    assert key().startswith("sha256:")


@pytest.mark.parametrize(
    "more",
    [
        {"parent": "q"},
        {"world": "w"},
        {"env": {"A": "1"}},
        {"args": {"A": "1"}},
        {"shell": ("/bin/bash", "-c")},
        {"workdir": "/w"},
        {"user": "app"},
        {"instruction": replace(RUN, words=("b",))},
        {"instruction": replace(RUN, is_exec=True)},
        {"instruction": replace(RUN, flags=(("network", "none"),))},
        {"instruction": replace(RUN, heredocs=(Heredoc("A", "x"),))},
    ],
)
def test_what_counts_for_a_run(more: dict[str, Any]) -> None:
    assert key(**more) != key()


@pytest.mark.parametrize(
    "more",
    [
        {"instruction": replace(RUN, line=9)},
        {"instruction": replace(RUN, text="run  a")},
        {"cmd": ("x",)},
        {"entrypoint": ("x",)},
        {"ports": (80,)},
        {"volumes": ("/v",)},
        {"stop_signal": "SIGINT"},
    ],
)
def test_what_does_not_count_for_a_run(more: dict[str, Any]) -> None:
    assert key(**more) == key()


def test_the_order_of_variables_does_not_count() -> None:
    assert key(env={"A": "1", "B": "2"}) == key(env={"B": "2", "A": "1"})


def test_env_is_stronger_than_arg() -> None:
    assert key(env={"A": "1"}, args={"A": "2"}) == key(env={"A": "1"})


def copied(
    *files: Copied,
    parent: str = "p",
    times: list[int] | None = None,
    instruction: Instruction = COPY,
) -> str:
    return key_of_copy(parent, instruction, files or (FILE,), times or [])


@pytest.mark.parametrize(
    "file",
    [
        replace(FILE, target="/c"),
        replace(FILE, entry=DataFile("/a", 6, "text")),
        replace(FILE, entry=DataFile("/a", 5, "other")),
        replace(FILE, entry=Program("a", "/a", "elf", "x86_64")),
    ],
)
def test_what_counts_for_a_copy(file: Copied) -> None:
    assert copied(file) != copied()


@pytest.mark.parametrize(
    "file",
    [
        replace(FILE, source="/elsewhere"),
        replace(FILE, entry=DataFile("/other", 5, "text")),
        replace(FILE, entry=DataFile("/a", 5, "text", 77)),
    ],
)
def test_what_does_not_count_for_a_copy(file: Copied) -> None:
    assert copied(file) == copied()


def test_more_that_counts_for_a_copy() -> None:
    assert copied(parent="q") != copied()
    assert copied(times=[5]) != copied()
    assert copied(FILE, FILE) != copied()
    assert copied(instruction=replace(COPY, keyword="ADD")) != copied()
    owner = replace(COPY, flags=(("chown", "app"),))
    assert copied(instruction=owner) != copied()
    assert copied(instruction=replace(COPY, line=99, text="x")) == copied()


def test_directories() -> None:
    assert key_of_directory("p", "/a") == key_of_directory("p", "/a")
    assert key_of_directory("p", "/a") != key_of_directory("p", "/b")
    assert key_of_directory("p", "/a") != key_of_directory("q", "/a")
    assert key_of_directory("p", "/a") != key()
