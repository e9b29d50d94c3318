"""COPY and ADD."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    build,
    carried_out,
    failure,
    image,
    outcome,
    ran,
)

ALL = ["README.md", "bundle.tar.gz", "report.py", "requirements.txt"]
SOURCES = ["src/lib/list.c", "src/main.c"]


def copied(*lines: str) -> list[str]:
    """The files of the last layer."""
    found = image("FROM ubuntu", *lines)["layers"][-1]["files"]
    return list(found)


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("COPY README.md /a", ["/a"]),
        ("COPY README.md /a/", ["/a/README.md"]),
        ("COPY ./README.md /a/.", ["/a/README.md"]),
        ("COPY /README.md /a/b/c", ["/a/b/c"]),
        ("COPY README.md .", ["/README.md"]),
        ("COPY README.md report.py /a/", ["/a/README.md", "/a/report.py"]),
        ("COPY . /a", [f"/a/{name}" for name in sorted([*ALL, *SOURCES])]),
        ("COPY . /a/", [f"/a/{name}" for name in sorted([*ALL, *SOURCES])]),
        ("COPY src /a", ["/a/lib/list.c", "/a/main.c"]),
        ("COPY src/ /a/", ["/a/lib/list.c", "/a/main.c"]),
        ("COPY src/lib /a", ["/a/list.c"]),
        ("COPY *.py /a/", ["/a/report.py"]),
        ("COPY r* /a/", ["/a/report.py", "/a/requirements.txt"]),
        ("COPY s?c /a/", ["/a/lib/list.c", "/a/main.c"]),
        ("COPY src/*.c /a/", ["/a/main.c"]),
        ("COPY ../README.md /a", ["/a"]),
        ('COPY ["README.md", "/a b/"]', ["/a b/README.md"]),
        ("ADD README.md /a", ["/a"]),
        ("ADD bundle.tar.gz /a/", ["/a/bin/tool", "/a/doc.txt"]),
        ("COPY bundle.tar.gz /a/", ["/a/bundle.tar.gz"]),
        ("ADD https://example.org/nightly /a/", ["/a/nightly"]),
        ("ADD https://example.org/nightly /a", ["/a"]),
        ("ADD http://cdn.example.org/d/tool /a/", ["/a/tool"]),
    ],
)
def test_what_goes_where(line: str, files: list[str]) -> None:
    assert copied(line) == files


def test_relative_destinations_begin_at_the_working_directory() -> None:
    assert copied("WORKDIR /app", "COPY README.md ./") == ["/app/README.md"]
    assert copied("WORKDIR /app", "COPY README.md x") == ["/app/x"]


def test_a_directory_that_is_there_takes_a_file_in() -> None:
    assert copied("RUN mkdir /d", "COPY README.md /d") == ["/d/README.md"]


def test_variables_in_names() -> None:
    lines = ("ENV D=/x F=README.md", "COPY $F ${D}/")
    assert copied(*lines) == ["/x/README.md"]


@pytest.mark.parametrize("name", ["nowhere", "notes.log", "src/nowhere", "*.rs"])
def test_files_that_are_not_there(name: str) -> None:
    line, status, log = failure("FROM ubuntu", f"COPY {name} /a/")
    assert (line, status) == (2, None)
    said = f'failed to calculate checksum of ref: "/{name}": not found'
    assert log == f"failed to solve: {said}"


def test_nothing_to_copy_from() -> None:
    step = build()
    del step["build"]["context"]
    done = carried_out("FROM ubuntu\nCOPY a b", step)
    assert outcome(done)["state"] == "failed"


def test_heredocs_are_files() -> None:
    lines = ("FROM ubuntu", "ENV X=1", "COPY <<one <<'two' /d/", "x=$X", "one")
    found = image(*lines, "x=$X", "two")
    assert found["contents"]["/d/one"] == "x=1\n"
    assert found["contents"]["/d/two"] == "x=$X\n"
    found = image("FROM ubuntu", "COPY <<one /file", "text", "one")
    assert found["contents"]["/file"] == "text\n"


def test_who_owns_what_is_copied() -> None:
    lines = ("FROM ubuntu", "RUN useradd app")
    text = (*lines, "COPY --chown=app:app README.md /a", "USER app", "RUN rm /a")
    assert "/a" not in image(*text)["files"]
    text = (*lines, "COPY README.md /a", "USER app", "RUN rm /a")
    assert failure(*text)[:2] == (5, 1)
    text = ("FROM ubuntu", "COPY --chown=nobodyelse README.md /a")
    said = "failed to solve: invalid user: no such user: nobodyelse"
    assert failure(*text)[2] == said


def test_modes() -> None:
    line = "chmod 644 /work/report.py; /work/report.py"
    assert ran(line)[0] == 126
    world = {"programs": {"tool": {"executable": False}}}
    lines = ("FROM kit", "COPY --chmod=755 --from=kit /srv/tool /t", "RUN /t")
    assert failure(*lines, world=world)[:2] == (3, 3)
    lines = ("FROM kit", "COPY --chmod=644 --from=kit /srv/tool /t", "RUN /t")
    assert failure(*lines, world=world)[:2] == (3, 126)
    lines = ("FROM kit", "COPY --chmod=600 --from=kit /srv/tool /t", "RUN /t")
    assert failure(*lines)[:2] == (3, 126)


def test_sizes_are_those_of_the_files() -> None:
    found = image("FROM ubuntu", "COPY README.md report.py /a/")
    assert found["layers"][-1]["kib"] == 10


def test_from_another_image() -> None:
    assert copied("COPY --from=kit /srv/tool /t") == ["/t"]
    line, _, log = failure("FROM ubuntu", "COPY --from=nowhere /a /b")
    assert line == 2
    assert "nowhere" in log


def test_a_large_file_takes_time() -> None:
    world = {"contexts": {"project": {"files": [{"path": "big", "kib": 2048000}]}}}
    found = outcome(carried_out("FROM ubuntu\nCOPY big /", world=world))
    assert found["took_us"] > 1_000_000
