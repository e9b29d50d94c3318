"""What is stored of a variant and of a verdict comes back as it was."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.question_types.base import (
    Grade,
    InvalidAnswerError,
    Outcome,
    Presentation,
    PresentedOption,
)

KEYS = st.text("abc-_1", min_size=1, max_size=5)
PRESENTATIONS = st.builds(
    Presentation,
    type=KEYS,
    control=st.sampled_from(["radio", "checkbox", "text"]),
    prompt_html=st.text(max_size=20),
    choose=st.integers(0, 12),
    options=st.lists(
        st.builds(PresentedOption, key=KEYS, html=st.text(max_size=20)), max_size=4
    ).map(tuple),
    max_words=st.integers(0, 5000),
)
GRADES = st.builds(
    Grade,
    fraction=st.none() | st.decimals("0", "1", places=5),
    outcome=st.sampled_from(Outcome),
    options=st.dictionaries(KEYS, st.booleans(), max_size=4),
    chosen=st.lists(KEYS, max_size=4).map(tuple),
)


def stored(data: dict[str, Any]) -> Any:
    return json.loads(json.dumps(data))


@given(PRESENTATIONS)
def test_a_presentation_survives_storage(presentation: Presentation) -> None:
    assert Presentation.from_json(stored(presentation.to_json())) == presentation


@given(GRADES)
def test_a_grade_survives_storage(grade: Grade) -> None:
    assert Grade.from_json(stored(grade.to_json())) == grade


def test_a_presentation_as_json() -> None:
    presentation = Presentation(
        type="multiple_choice",
        control="radio",
        prompt_html="<p>Which?</p>",
        choose=1,
        options=(PresentedOption("a", "One"),),
        max_words=0,
    )

    assert presentation.to_json() == {
        "type": "multiple_choice",
        "control": "radio",
        "prompt_html": "<p>Which?</p>",
        "choose": 1,
        "options": [{"key": "a", "html": "One"}],
        "max_words": 0,
    }


@pytest.mark.parametrize(
    ("fraction", "outcome", "written"),
    [(Decimal("0.50000"), "partial", "0.50000"), (None, "needs_grading", None)],
)
def test_a_grade_as_json(
    fraction: Decimal | None, outcome: str, written: str | None
) -> None:
    grade = Grade(
        fraction=fraction,
        outcome=Outcome(outcome),
        options={"a": True, "b": False},
        chosen=("b", "a"),
    )

    assert stored(grade.to_json()) == {
        "fraction": written,
        "outcome": outcome,
        "options": {"a": True, "b": False},
        "chosen": ["b", "a"],
    }


def test_an_invalid_answer_has_a_code_for_programs_and_words_for_people() -> None:
    error = InvalidAnswerError("empty", "Write an answer first.")

    assert (error.code, error.message, str(error)) == (
        "empty",
        "Write an answer first.",
        "Write an answer first.",
    )
