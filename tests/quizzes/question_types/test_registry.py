from typing import get_args

import pytest

from quizzes.question_types.free_response.type import FreeResponse
from quizzes.question_types.multiple_choice.type import MultipleChoice
from quizzes.question_types.registry import QUESTION_TYPES, question_type
from quizzes.specs import QuestionSpec
from quizzes.specs.question import BODIES


def test_each_type_stands_under_its_own_name() -> None:
    assert {name: kind.name for name, kind in QUESTION_TYPES.items()} == {
        "multiple_choice": "multiple_choice",
        "free_response": "free_response",
    }
    assert isinstance(question_type("multiple_choice"), MultipleChoice)
    assert isinstance(question_type("free_response"), FreeResponse)


def test_each_type_has_a_body_in_the_specs() -> None:
    assert set(BODIES) == set(QUESTION_TYPES)
    assert set(BODIES.values()) == set(
        get_args(QuestionSpec.__dataclass_fields__["body"].type)
    )


def test_there_are_no_other_types() -> None:
    with pytest.raises(KeyError):
        question_type("essay")
