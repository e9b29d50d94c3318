"""Properties of reading lines: what is joined, and what changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.dockerfile import parse_dockerfile
from simulator.dockerfile.limits import Report
from simulator.dockerfile.lines import Lines, LogicalLine

PIECES = st.lists(
    st.text("abc =-./$\"'", min_size=1, max_size=8).filter(str.strip),
    min_size=1,
    max_size=5,
)


def logical(text: str, escape: str = "\\") -> tuple[list[LogicalLine], list[str]]:
    report = Report()
    lines = Lines(text.splitlines(), report, escape)
    return list(lines.logical()), [p.message for p in report.problems]


@given(PIECES)
@settings(max_examples=100, deadline=None)
def test_a_continued_line_is_the_sum_of_its_parts(pieces: list[str]) -> None:
    found, problems = logical("RUN " + "\\\n".join(pieces))
    assert problems == []
    assert [line.text for line in found] == [("RUN " + "".join(pieces)).strip()]


@given(PIECES, st.sampled_from(["# a comment", "  # and another", ""]))
@settings(max_examples=100, deadline=None)
def test_comments_between_the_parts_change_nothing(
    pieces: list[str], between: str
) -> None:
    plain, _ = logical("RUN " + "\\\n".join(pieces))
    found, _ = logical("RUN " + f"\\\n{between}\n".join(pieces))
    assert [line.text for line in found] == [line.text for line in plain]


@given(st.integers(0, 20), st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_lines_are_counted_as_a_person_counts(before: int, parts: int) -> None:
    text = "\n" * before + "RUN a" + " \\\n b" * (parts - 1) + "\nRUN c"
    found, _ = logical(text)
    assert [line.line for line in found] == [before + 1, before + parts + 1]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n\n", []),
        ("# a\n#b\n", []),
        ("A\nB", [(1, "A"), (2, "B")]),
        ("  A  ", [(1, "A")]),
        ("A \\\n  B", [(1, "A   B")]),
        ("A\\\nB", [(1, "AB")]),
        ("A \\\n\\\nB", [(1, "A B")]),
        ("A \\\n#x\nB\nC", [(1, "A B"), (4, "C")]),
        ("A \\ \nB", [(1, "A B")]),
        ("A \\x\nB", [(1, "A \\x"), (2, "B")]),
        ("A \\\\\nB", [(1, "A \\\\"), (2, "B")]),
        ("A \\", [(1, "A")]),
        ("\\\nA", [(1, "A")]),
        ("\\", []),
        ("#syntax=x\nA", [(2, "A")]),
        ("#unknown=x\nA", [(2, "A")]),
    ],
)
def test_logical_lines(text: str, lines: list[tuple[int, str]]) -> None:
    found, problems = logical(text)
    assert [(line.line, line.text) for line in found] == lines
    assert problems == []


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("RUN <<A\nA", ""),
        ("RUN <<A\nx\nA", "x\n"),
        ("RUN <<A\n x \nA", " x \n"),
        ("RUN <<A\nx \\\ny\nA", "x \\\ny\n"),
        ("RUN <<A\n# x\n\nA", "# x\n\n"),
        ("RUN <<-A\n\t\tx\n\tA", "x\n"),
        ("RUN <<A.b_1\nx\nA.b_1", "x\n"),
        ("RUN 3<<A\nx\nA", "x\n"),
        ("copy <<A /b\nx\nA", "x\n"),
        ("ADD <<A /b\nAA\n A\nA", "AA\n A\n"),
    ],
)
def test_bodies_of_heredocs(text: str, body: str) -> None:
    (found,), problems = logical(text)
    assert problems == []
    assert [heredoc.body for heredoc in found.heredocs] == [body]


@given(st.lists(st.text("ab \t#\\<", max_size=6), max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_heredoc_keeps_its_lines_as_they_are(body: list[str]) -> None:
    text = "\n".join(["FROM x", "RUN <<END", *body, "END", "RUN after"])
    first, second = parse_dockerfile(text).stages[0].instructions
    assert first.heredocs[0].body == "".join(f"{line}\n" for line in body)
    assert second.line == len(body) + 4


@given(st.lists(st.sampled_from(["RUN a", "# c", "", "ENV A=1", "CMD b"]), max_size=8))
@settings(max_examples=100, deadline=None)
def test_comments_and_empty_lines_change_nothing_but_numbers(lines: list[str]) -> None:
    kept = [line for line in lines if line and not line.startswith("#")]
    one = parse_dockerfile("\n".join(["FROM x", *lines])).stages[0].instructions
    two = parse_dockerfile("\n".join(["FROM x", *kept])).stages[0].instructions
    assert [(i.keyword, i.words, i.pairs) for i in one] == [
        (i.keyword, i.words, i.pairs) for i in two
    ]
