"""Compilers."""

import pytest

from tests.simulator.subsystems.builds.yards import (
    carried_out,
    failure,
    image,
    outcome,
    ran,
    there,
)


@pytest.mark.parametrize(
    ("line", "files"),
    [
        ("gcc -o /app src/main.c", ["/app"]),
        ("gcc src/main.c", ["/work/a.out"]),
        ("go build -o /out/app ./src", ["/out/app"]),
        ("go build -o /out/app", ["/out/app"]),
        ("gcc -o app src/main.c src/lib/list.c", ["/work/app"]),
    ],
)
def test_programs(line: str, files: list[str]) -> None:
    assert there(line) == files


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("gcc", 1, "gcc: fatal error: no input files"),
        ("gcc nothing.c", 1, "gcc: no source of a program in nothing.c"),
        ("gcc README.md", 1, "gcc: no source of a program in README.md"),
        ("gcc -o /no/app src/main.c", 1, "ld: cannot open output file /no/app"),
        ("go run .", 2, "go run: unknown command"),
        ("go", 2, "go : unknown command"),
    ],
)
def test_complaints(line: str, status: int, message: str) -> None:
    assert ran(line) == (status, message)


def test_the_program_runs() -> None:
    assert ran("gcc -o /app src/main.c && /app")[0] == 3


def test_compiling_takes_the_processor() -> None:
    compiled = carried_out("FROM kit\nCOPY . /w\nRUN gcc -o /app /w/src/main.c")
    nothing = carried_out("FROM kit\nCOPY . /w\nRUN true")
    took = [outcome(done)["took_us"] for done in (nothing, compiled)]
    assert took[1] - took[0] > 400_000


def test_for_another_processor() -> None:
    lines = ("FROM kit", "COPY src /src", "WORKDIR /src")
    text = (*lines, "RUN GOARCH=arm64 go build -o /app", 'RUN ["/app"]')
    assert failure(*text)[:2] == (5, 255)
    text = (*lines, "RUN GOARCH=amd64 go build -o /app", 'RUN ["/app"]')
    assert failure(*text)[:2] == (5, 3)


COMPILE = ("FROM kit AS build", "COPY src /src")


@pytest.mark.parametrize(
    ("line", "base", "status"),
    [
        ("gcc -o /app /src/main.c", "ubuntu", 3),
        ("gcc -o /app /src/main.c", "alpine", 127),
        ("gcc -static -o /app /src/main.c", "alpine", 3),
        ("cd /src && CGO_ENABLED=0 go build -o /app", "alpine", 3),
        ("cd /src && go build -o /app", "alpine", 127),
        ("gcc -static -o /app /src/main.c", "scratch", 3),
    ],
)
def test_libraries_where_the_program_runs(line: str, base: str, status: int) -> None:
    text = (*COMPILE, f"RUN {line}", f"FROM {base}", "COPY --from=build /app /app")
    assert failure(*text, 'RUN ["/app"]')[:2] == (6, status)


def test_without_libraries_there_is_nothing_to_link_against() -> None:
    world = {"images": {"bare": {"programs": ["gcc"]}}, "programs": {}}
    programs = {"gcc": {"links": "static"}}
    text = ("FROM bare", "COPY src /src", 'RUN ["gcc", "-o", "/app", "/src/main.c"]')
    found = image(*text, world={**world, "programs": programs})
    assert "/app" in found["files"]
