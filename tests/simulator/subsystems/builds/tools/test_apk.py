"""apk."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    failure,
    image,
    outcome,
    ran,
    wait,
)

INDEX = "/var/cache/apk/edge"


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        (
            "apk add python3",
            1,
            "ERROR: unable to select packages: python3 (no such package)",
        ),
        ("apk update && apk add python3", 0, ""),
        ("apk add --no-cache python3", 0, ""),
        ("apk add -U python3", 0, ""),
        ("apk add --update python3", 0, ""),
        ("apk add --no-cache python3=3.12-1", 0, ""),
        (
            "apk add --no-cache python3=3.11",
            1,
            "ERROR: unable to select packages: python3=3.11 (no such package)",
        ),
        ("apk add --no-cache -t deps python3", 0, ""),
        ("apk add --no-cache python3 && apk add python3", 1, ""),
        ("apk update && apk add python3 && apk add python3", 0, ""),
        ("apk update && apk add python3 && apk del python3 && python3", 127, ""),
        ("apk upgrade", 0, ""),
        ("apk frobnicate", 1, "apk: 'frobnicate' is not an apk command"),
        ("apk", 1, "apk: '' is not an apk command"),
        ("apt-get update", 127, "/bin/sh: 1: apt-get: not found"),
    ],
)
def test_how_it_ends(line: str, status: int, message: str) -> None:
    found = ran(line, base="alpine")
    assert found[0] == status
    assert message in found[1]


def test_the_index_stays_unless_it_is_not_kept() -> None:
    kept = image("FROM alpine", "RUN apk add -U python3")
    fresh = image("FROM alpine", "RUN apk add --no-cache python3")
    assert INDEX in kept["files"]
    assert INDEX not in fresh["files"]
    assert kept["kib"] - fresh["kib"] == 1024
    assert "/usr/bin/python3" in fresh["files"]
    assert "/usr/lib/musl/files" in fresh["files"]


def test_only_root_installs() -> None:
    assert failure("FROM alpine", "USER nobody", "RUN apk add -U python3")[1] == 99


def test_without_a_network() -> None:
    line = "RUN --network=none apk add --no-cache python3"
    assert failure("FROM alpine", line)[1] == 1
    text = ("FROM alpine", "RUN apk update", line.replace(" --no-cache", ""))
    assert failure(*text)[1] == 1


def test_an_index_of_weeks_ago() -> None:
    text = "FROM alpine\nRUN apk update\nRUN apk add python3 # v1"
    world = {"dockerfiles": {"next": {"text": text.replace("v1", "v2")}}}
    done = carried_out(text, build(), wait(11), build("next", "next"), world=world)
    assert outcome(done, "next")["exit_status"] == 1
    assert outcome(done, "next")["failed_line"] == 3
