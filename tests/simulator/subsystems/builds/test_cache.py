"""The cache of layers: what is taken as done, and what is done again."""

import pytest

from simulator.subsystems.builds.keys import fingerprint
from simulator.subsystems.files import DataFile, Program
from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    change,
    outcome,
    steps,
    wait,
)
from tests.simulator.worlds import Step

APP = """FROM kit
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN touch /done
"""
AGAIN = build("again", "app")


def again(text: str, *between: Step, **more: object) -> list[tuple[str, bool]]:
    """The steps of a second build, after something has happened."""
    mechanisms = {str(name): str(value) for name, value in more.items()}
    done = carried_out(text, build(), *between, AGAIN, mechanisms=mechanisms)
    return steps(done, "again")


ALL = [
    ("WORKDIR", True),
    ("COPY", True),
    ("RUN", True),
    ("COPY", True),
    ("RUN", True),
]


def cached_until(number: int) -> list[tuple[str, bool]]:
    return [(name, at < number) for at, (name, _) in enumerate(ALL)]


def test_the_second_build_is_the_first() -> None:
    done = carried_out(APP, build(), AGAIN)
    assert steps(done) == cached_until(0)
    assert steps(done, "again") == ALL
    first, second = outcome(done), outcome(done, "again")
    assert second["cached_steps"] == 5
    assert second["took_us"] < first["took_us"] / 100
    assert second["downloaded_kib"] == 0
    assert second["image"]["digest"] == first["image"]["digest"]


@pytest.mark.parametrize(
    ("changed", "kept"),
    [("README.md", 3), ("src/main.c", 3), ("requirements.txt", 1), ("notes.log", 5)],
)
def test_a_changed_file_breaks_what_copies_it_and_all_that_follows(
    changed: str, kept: int
) -> None:
    assert again(APP, change(changed, "flask")) == cached_until(kept)


def test_a_script_that_changed() -> None:
    assert again(APP, change("report.py", "v2")) == cached_until(3)


def test_the_time_of_a_file_is_nothing() -> None:
    assert again(APP, change("README.md")) == ALL


def test_the_time_of_a_file_counts_where_that_is_how_it_works() -> None:
    done = carried_out(
        APP,
        build(),
        change("README.md"),
        AGAIN,
        mechanisms={"build.copy_key": "times"},
    )
    assert steps(done, "again") == cached_until(3)


def test_a_new_file() -> None:
    assert again(APP, change("new.txt", "x")) == cached_until(3)


def test_installing_after_copying_everything_is_done_each_time() -> None:
    text = "FROM kit\nCOPY . /app\nRUN pip install -r /app/requirements.txt\n"
    assert again(text, change("README.md", "x")) == [("COPY", False), ("RUN", False)]
    text = (
        "FROM kit\nCOPY requirements.txt /app/\n"
        "RUN pip install -r /app/requirements.txt\nCOPY . /app\n"
    )
    assert again(text, change("README.md", "x")) == [
        ("COPY", True),
        ("RUN", True),
        ("COPY", False),
    ]


NIGHTLY = "FROM kit\nRUN curl https://example.org/nightly -o /n\n"


def test_what_the_network_has_by_now_is_nothing_to_run() -> None:
    done = carried_out(NIGHTLY, build(), wait(2), AGAIN)
    assert steps(done, "again") == [("RUN", True)]
    assert outcome(done, "again")["image"]["contents"]["/n"] == "nightly#1"


def test_add_looks_at_what_the_address_has() -> None:
    text = "FROM kit\nADD https://example.org/nightly /n\n"
    done = carried_out(text, build(), wait(2), AGAIN)
    assert steps(done, "again") == [("ADD", False)]
    assert outcome(done, "again")["image"]["contents"]["/n"] == "nightly#3"
    assert steps(carried_out(text, build(), AGAIN), "again") == [("ADD", True)]


@pytest.mark.parametrize("mechanism", ["world", "off"])
def test_a_cache_that_knows_the_network(mechanism: str) -> None:
    done = carried_out(
        NIGHTLY, build(), wait(2), AGAIN, mechanisms={"build.cache": mechanism}
    )
    assert outcome(done, "again")["image"]["contents"]["/n"] == "nightly#3"


def test_without_the_cache() -> None:
    done = carried_out(APP, build(), build("again", "app", no_cache=True))
    assert steps(done, "again") == cached_until(0)
    assert steps(carried_out(APP, build(), AGAIN), "again") == ALL


def test_what_is_built_without_the_cache_is_in_it() -> None:
    plan = (build(no_cache=True), AGAIN)
    assert steps(carried_out(APP, *plan), "again") == ALL


def changed_text(first: str, second: str) -> list[bool]:
    """Which steps of the second Dockerfile come from the first one's build."""
    world = {"dockerfiles": {"next": {"text": second}}}
    done = carried_out(first, build(), build("next", "next"), world=world)
    return [cached for _, cached in steps(done, "next")]


@pytest.mark.parametrize(
    ("first", "second", "cached"),
    [
        ("RUN touch /a", "RUN touch /a", [True]),
        ("RUN touch /a", "RUN touch  /a", [False]),
        ("RUN touch /a", 'RUN ["touch", "/a"]', [False]),
        ("RUN touch /a", "RUN --network=none touch /a", [False]),
        ("ENV A=1\nRUN touch /a", "ENV A=2\nRUN touch /a", [False]),
        ("ENV A=1\nRUN touch /a", "ENV A=1\nRUN touch /a", [True]),
        ("ARG A=1\nRUN touch /a", "ARG A=2\nRUN touch /a", [False]),
        ("ENV A=1\nCOPY src /s", "ENV A=2\nCOPY src /s", [True]),
        ("LABEL a=1\nRUN touch /a", "LABEL a=2\nRUN touch /a", [True]),
        ("RUN touch /a\nCMD a", "RUN touch /a\nCMD b", [True]),
        ("USER root\nRUN touch /a", "RUN touch /a", [False]),
        ("WORKDIR /x\nRUN touch a", "WORKDIR /y\nRUN touch a", [False, False]),
        ("RUN touch /a", "RUN touch /b\nRUN touch /a", [False, False]),
        (
            "RUN touch /a\nRUN touch /b",
            "RUN touch /a\nRUN touch /c\nRUN touch /b",
            [True, False, False],
        ),
        ("COPY src /s", "COPY src /t", [False]),
        ("COPY src /s", "COPY --chown=root src /s", [False]),
        ("COPY src /s", "COPY ./src /s", [True]),
        ("COPY src /s", "ADD src /s", [False]),
        ("RUN <<A\ntouch /a\nA", "RUN <<A\ntouch /b\nA", [False]),
    ],
)
def test_what_a_step_is_known_by(first: str, second: str, cached: list[bool]) -> None:
    assert changed_text(f"FROM ubuntu\n{first}", f"FROM ubuntu\n{second}") == cached


def test_another_base_is_another_beginning() -> None:
    assert changed_text("FROM ubuntu\nRUN touch /a", "FROM kit\nRUN touch /a") == [
        False
    ]


def test_the_files_of_cached_layers_are_there_for_the_next_step() -> None:
    first = "FROM ubuntu\nRUN echo a > /a\nRUN echo b > /b"
    second = "FROM ubuntu\nRUN echo a > /a\nRUN cat /a > /c"
    assert changed_text(first, second) == [True, False]


def test_stages_share_the_cache() -> None:
    first = "FROM ubuntu\nRUN echo a > /a"
    second = "FROM ubuntu AS x\nRUN echo a > /a\nFROM scratch\nCOPY --from=x /a /a"
    assert changed_text(first, second) == [True, False]


def test_a_failed_step_is_not_remembered() -> None:
    done = carried_out("FROM ubuntu\nRUN touch /a\nRUN false", build(), AGAIN)
    assert steps(done, "again") == [("RUN", True)]
    assert outcome(done, "again")["exit_status"] == 1


def test_what_tells_two_files_apart() -> None:
    file = DataFile("/a", 5, "x")
    assert fingerprint(file) == fingerprint(DataFile("/b", 5, "x", 7))
    assert fingerprint(file) != fingerprint(DataFile("/a", 5, "y"))
    assert fingerprint(file) != fingerprint(DataFile("/a", 6, "x"))
    program = Program("a", "/a", "elf", "x86_64")
    others = [
        Program("b", "/a", "elf", "x86_64"),
        Program("a", "/a", "pe", "x86_64"),
        Program("a", "/a", "elf", "aarch64"),
        Program("a", "/a", "elf", "x86_64", executable=False),
        Program("a", "/a", "elf", "x86_64", content="2"),
    ]
    assert fingerprint(program) == fingerprint(Program("a", "/b", "elf", "x86_64"))
    assert fingerprint(program) not in [fingerprint(other) for other in others]
