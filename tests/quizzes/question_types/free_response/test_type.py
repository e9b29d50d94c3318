from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.question_types.base import (
    Grade,
    InvalidAnswerError,
    Outcome,
    Presentation,
    QuestionType,
    Review,
)
from quizzes.question_types.free_response.type import FreeResponse
from quizzes.specs import RubricItem, read_question
from tests.quizzes.specs.samples import CHOICE, FREE

TYPE = FreeResponse()
SPEC = read_question(
    FREE.replace("max_words: 200", "max_words: 5") + "explanation: Take *both*.\n"
)
PRESENTED = TYPE.present(SPEC, {}, seed=1)


def parse(text: Any) -> dict[str, Any]:
    return TYPE.parse_answer(SPEC, PRESENTED, {"text": text})


def test_nothing_has_to_be_proved() -> None:
    question_type: QuestionType = TYPE

    assert question_type.obligation(SPEC) is None


def test_what_the_learner_sees() -> None:
    assert TYPE.present(SPEC, {}, seed=1) == Presentation(
        type="free_response",
        control="text",
        prompt_html="<p>Which one, and why?</p>\n",
        choose=0,
        options=(),
        max_words=5,
    )


def test_every_seed_shows_the_same() -> None:
    assert TYPE.present(SPEC, {}, seed=2) == PRESENTED


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("A virtual machine.", "A virtual machine."),
        ("  \n two\r\nlines\rhere \t\n", "two\nlines\nhere"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("a\x00b\x07c\u0085d", "abcd"),
        ("half \ud800 a letter", "half  a letter"),
        ("tab\there", "tab\there"),
        ("one two three four five", "one two three four five"),
        ("\U0001f9d1\u200d\U0001f4bb", "\U0001f9d1\u200d\U0001f4bb"),
    ],
)
def test_an_answer_in_its_stored_form(text: str, stored: str) -> None:
    assert parse(text) == {"text": stored}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "empty", "Write an answer first."),
        (" \n\t ", "empty", "Write an answer first."),
        ("\x00", "empty", "Write an answer first."),
        (
            "one two three four five six",
            "too_many_words",
            "The answer has 6 words; 5 are allowed.",
        ),
        ("x" * 61, "too_long", "The answer has 61 characters; 60 are allowed."),
        (None, "malformed", "`text` must be text."),
        (["a"], "malformed", "`text` must be text."),
        (7, "malformed", "`text` must be text."),
    ],
)
def test_answers_that_cannot_be_taken(text: Any, code: str, message: str) -> None:
    with pytest.raises(InvalidAnswerError) as caught:
        parse(text)

    assert (caught.value.code, caught.value.message) == (code, message)


def test_an_answer_without_text_is_empty() -> None:
    with pytest.raises(InvalidAnswerError) as caught:
        TYPE.parse_answer(SPEC, PRESENTED, {"chosen": ["a"]})

    assert caught.value.code == "empty"


@given(st.text())
def test_what_is_stored_is_stored_the_same_again(text: str) -> None:
    try:
        answer = parse(text)
    except InvalidAnswerError as error:
        refusal = error.code
    else:
        assert parse(answer["text"]) == answer
        assert answer["text"].encode().count(b"\0") == 0
        return
    assert refusal in {"empty", "too_many_words", "too_long"}


def test_a_person_has_to_grade_it() -> None:
    assert TYPE.grade(SPEC, PRESENTED, {"text": "Both."}, {}) == Grade(
        fraction=None, outcome=Outcome.NEEDS_GRADING, options={}, chosen=()
    )


def test_the_review_shows_the_explanation_and_the_rubric() -> None:
    assert TYPE.review(SPEC, PRESENTED, {}, {}) == Review(
        explanation_html="<p>Take <em>both</em>.</p>\n",
        options=(),
        rubric=(
            RubricItem(key="decision", points=1, statement="Decides."),
            RubricItem(key="reason", points=3, statement="Gives the reason."),
        ),
    )


def test_a_question_of_another_type_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match="The question which-type is of type multiple"):
        TYPE.present(read_question(CHOICE), {}, seed=1)
