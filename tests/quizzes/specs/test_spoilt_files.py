"""Whatever an author does to a real file: a spec or a list of problems, no crash."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.specs import (
    SpecError,
    read_assessment,
    read_chapter,
    read_course,
    read_question,
)

COURSES = Path(__file__).parents[3] / "fixtures" / "courses"
READERS: dict[str, Callable[[str], Any]] = {
    "course.yaml": read_course,
    "chapters/*.md": read_chapter,
    "questions/*.yaml": read_question,
    "assessments/*.yaml": read_assessment,
}
FILES = [
    (reader, path.read_text(encoding="utf-8"))
    for pattern, reader in READERS.items()
    for path in sorted(COURSES.glob(f"*/{pattern}"))
]
SCRAPS = st.sampled_from(
    [
        *(
            "",
            " ",
            "\t",
            "\n",
            "- ",
            ": ",
            "'",
            '"',
            "|",
            ">",
            "#",
            "&a ",
            "*a",
            "!!x ",
        ),
        *("[", "]", "{", "}", "${", "${x}", "null", "true", "-1", "1e9", "---\n", "\0"),
        *(
            "\ud800",
            "\r",
            "\x85",
            "\u2028",
            "correct: a\n",
            "? ",
            "%YAML 9\n",
            "<<: {}",
        ),
    ]
)


@st.composite
def spoilt_files(draw: st.DrawFn) -> tuple[Callable[[str], Any], str]:
    """A real file of which up to five places were overwritten."""
    reader, source = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(source)))
        length = draw(st.integers(0, 20))
        scrap = draw(SCRAPS | st.text(max_size=5))
        source = source[:start] + scrap + source[start + length :]
    return reader, source


def faults_of(spec_error: SpecError, source: str) -> list[object]:
    """Problems that point outside of the file, or that say nothing."""
    last_line = len(source.splitlines()) + 1
    return [
        problem
        for problem in spec_error.problems
        if not 1 <= problem.line <= last_line
        or problem.column < 1
        or not problem.message
    ]


def check_reading(reader: Callable[[str], Any], source: str) -> None:
    try:
        spec = reader(source)
    except SpecError as error:
        refusal = error
    else:
        assert type(spec).from_json(spec.to_json()) == spec
        return
    assert refusal.problems
    assert faults_of(refusal, source) == []


@given(spoilt_files())
def test_a_spoilt_file_gives_a_spec_or_problems(
    spoilt: tuple[Callable[[str], Any], str],
) -> None:
    check_reading(*spoilt)


@given(st.sampled_from(list(READERS.values())), st.text())
def test_any_text_gives_a_spec_or_problems(
    reader: Callable[[str], Any], source: str
) -> None:
    check_reading(reader, source)


@given(st.sampled_from(FILES), st.data())
def test_a_file_that_was_cut_off_never_crashes_the_reader(
    file: tuple[Callable[[str], Any], str], data: st.DataObject
) -> None:
    reader, source = file
    check_reading(reader, source[: data.draw(st.integers(0, len(source)))])


@pytest.mark.parametrize(("reader", "source"), FILES)
def test_no_key_can_be_flagged_as_right(
    reader: Callable[[str], Any], source: str
) -> None:
    lines = source.splitlines(keepends=True)
    lines.insert(1, "correct: a\n")

    with pytest.raises(SpecError) as caught:
        reader("".join(lines))

    assert [problem.path for problem in caught.value.problems] == ["correct"]
