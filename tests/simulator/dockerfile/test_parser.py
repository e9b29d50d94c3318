"""Whole Dockerfiles: stages, order, all problems at once, hostile texts."""

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.dockerfile import DockerfileError, parse_dockerfile
from simulator.dockerfile.limits import MAX_BYTES, MAX_INSTRUCTIONS, MAX_STAGES
from tests.simulator.dockerfile.texts import advice, lines, only, wrong

if TYPE_CHECKING:
    from simulator import Problem

HINT_SHELL = "a command of the shell stands after RUN"


def test_a_dockerfile_of_four_lines() -> None:
    found = parse_dockerfile(
        lines(
            "FROM ubuntu:24.04",
            "RUN apt-get update && apt-get install -y python3",
            "COPY app.py /app/",
            'CMD ["python3", "/app/app.py"]',
        )
    )
    (stage,) = found.stages
    assert (stage.base, stage.name, stage.line) == ("ubuntu:24.04", "", 1)
    assert [i.keyword for i in stage.instructions] == ["RUN", "COPY", "CMD"]
    assert found.advice == ()


def test_stages() -> None:
    found = parse_dockerfile(
        lines(
            "ARG V=1",
            "from --platform=$BUILDPLATFORM golang:${V} As Build",
            "RUN a",
            "FROM scratch",
            "COPY --from=build /a /a",
        )
    )
    assert [(s.index, s.base, s.name, s.platform, s.line) for s in found.stages] == [
        (0, "golang:${V}", "build", "$BUILDPLATFORM", 2),
        (1, "scratch", "", "", 4),
    ]
    assert [i.pairs for i in found.arguments] == [(("V", "1"),)]


def test_nothing_at_all() -> None:
    for text in ("", "\n\n", "# only a comment\n"):
        assert wrong(text) == [
            (1, "", "file with no instructions", "begin with FROM and a base image")
        ]


def test_no_from() -> None:
    assert wrong("ARG A=1") == [(1, "", "no FROM: no image to begin with", "")]
    hint = "only ARG, comments and directives may stand before the first FROM"
    assert wrong("RUN a", "FROM b") == [
        (1, "RUN", "no build stage in current context", hint)
    ]


def test_wrong_from() -> None:
    message, hint = (
        "FROM requires either one or three arguments",
        "FROM image [AS name]",
    )
    assert wrong("FROM", "FROM a b", "FROM a b c d") == [
        (line, "FROM", message, hint) for line in (1, 2, 3)
    ]
    assert wrong("FROM a IS b") == [
        (1, "FROM", "'IS' where AS is expected", "FROM image AS name")
    ]
    assert wrong("FROM a AS 1b") == [
        (
            1,
            "FROM",
            "invalid name for build stage: '1b'",
            "a letter first, then letters, digits, _, . and -",
        )
    ]


def test_two_stages_of_one_name() -> None:
    found = parse_dockerfile(lines("FROM a AS x", "FROM b AS X")).advice
    assert [(p.line, p.message) for p in found] == [(2, "DuplicateStageName")]


def test_unknown_instructions_come_with_a_suggestion() -> None:
    assert wrong("FROM a", "RNU x", "apt-get install y", "&& z", "ENTRYPIONT q") == [
        (2, "", "unknown instruction: RNU", "did you mean RUN?"),
        (3, "", "unknown instruction: APT-GET", HINT_SHELL),
        (
            4,
            "",
            "unknown instruction: &&",
            "the line above may lack the \\ that continues it",
        ),
        (5, "", "unknown instruction: ENTRYPIONT", "did you mean ENTRYPOINT?"),
    ]


def test_triggers() -> None:
    found = only("ONBUILD COPY . /app")
    assert found.inner is not None
    assert (found.inner.keyword, found.inner.words) == ("COPY", (".", "/app"))
    with_pairs = only("ONBUILD ENV A=1").inner
    assert with_pairs is not None
    assert with_pairs.pairs == (("A", "1"),)


def test_wrong_triggers() -> None:
    assert wrong(
        "FROM a", "ONBUILD", "ONBUILD ONBUILD RUN b", "ONBUILD from c", "ONBUILD x"
    ) == [
        (2, "ONBUILD", "ONBUILD requires at least one argument", ""),
        (3, "ONBUILD", "ONBUILD isn't allowed as an ONBUILD trigger", ""),
        (4, "ONBUILD", "FROM isn't allowed as an ONBUILD trigger", ""),
        (5, "", "unknown instruction: X", HINT_SHELL),
    ]


def test_all_problems_of_a_text_in_the_order_of_lines() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse_dockerfile(lines("FROM a b", "COPY x", "RUN"), name="work/Dockerfile")
    assert [p.line for p in caught.value.problems] == [1, 2, 3]
    assert caught.value.name == "work/Dockerfile"
    assert str(caught.value).splitlines()[2] == (
        "work/Dockerfile: line 3, column 1 at RUN: RUN requires at least one argument"
    )


def test_a_text_that_is_wrong_all_over_ends_early() -> None:
    assert len(wrong("FROM a", *["x"] * 150)) == 50


def test_bounds() -> None:
    assert wrong("FROM a", *["RUN b"] * MAX_INSTRUCTIONS)[0][2] == (
        f"more than {MAX_INSTRUCTIONS} instructions"
    )
    assert (
        wrong(*["FROM a"] * (MAX_STAGES + 1))[0][2] == f"more than {MAX_STAGES} stages"
    )
    assert wrong("FROM a", "# " + "x" * MAX_BYTES)[0][2] == (
        "the file is larger than 64 KiB"
    )
    assert len(advice(*["MAINTAINER x"] * 150)) == 50


HOSTILE = {
    "quotes": "FROM a\nENV A=" + "\"'" * 30_000,
    "backslashes": "FROM a\nENV A=" + "\\" * 60_001,
    "list": "FROM a\nCMD " + "[" * 60_000,
    "strings": "FROM a\nCMD [" + '"a",' * 15_000,
    "spaces": "#a=" + " " * 60_000 + "\nFROM a",
    "flags": "FROM a\nRUN " + "--mount=x " * 6_000 + "y",
    "heredocs": "FROM a\nRUN " + "<<A " * 10_000,
    "open heredocs": "FROM a\nRUN '" + '<<A"' * 10_000,
    "continued": "FROM a\nRUN a" + " \\\n" * 20_000,
    "words": "FROM a\nEXPOSE " + "1 " * 30_000,
    "digits": "FROM a\nSTOPSIGNAL " + "9" * 60_000,
    "duration": "FROM a\nHEALTHCHECK --interval=" + "1" * 60_000 + "s CMD a",
    "nothing": "\0" * 60_000,
    "keyword": "A" * 60_000,
    "surrogates": "FROM a\nRUN \ud800\udfff",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=[*HOSTILE])
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 10


def read(text: str) -> None:
    """Either a Dockerfile comes of a text, or problems with a place and a message."""
    problems: tuple[Problem, ...] = ()
    try:
        assert parse_dockerfile(text).stages
    except DockerfileError as error:
        problems = error.problems
    assert len(problems) <= 50
    assert all(p.message and p.line >= 1 for p in problems)


WORDS = st.sampled_from(
    [
        *("FROM", "RUN", "COPY", "ADD", "ENV", "ARG", "CMD", "ENTRYPOINT", "LABEL"),
        *("EXPOSE", "USER", "WORKDIR", "VOLUME", "SHELL", "HEALTHCHECK", "ONBUILD"),
        *("STOPSIGNAL", "a", "--from=x", "--interval=1s", "NONE", '["a"]', "[", "]"),
        *('"', "'", "\\", "$x", "${x", "<<EOF", "EOF", "&&", "|", "#", "escape=`"),
        *("A=1", "=", "/", ".", "*", "\ud800", "\u00e4", "\0"),
    ]
)


@given(
    st.lists(
        st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=20), max_size=12
    )
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(entries: list[str]) -> None:
    read("FROM a\n" + "\n".join(entries))
    read("\n".join(entries))
