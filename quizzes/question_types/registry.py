"""All question types, by the name that an author writes after `type:`.

A new type is a folder beside the others, its body in quizzes/specs, and a line here.
"""

from collections.abc import Mapping
from typing import Final

from quizzes.question_types.base import QuestionType
from quizzes.question_types.free_response.type import FreeResponse
from quizzes.question_types.multiple_choice.type import MultipleChoice
from quizzes.specs import FREE_RESPONSE, MULTIPLE_CHOICE

QUESTION_TYPES: Final[Mapping[str, QuestionType]] = {
    MULTIPLE_CHOICE: MultipleChoice(),
    FREE_RESPONSE: FreeResponse(),
}


def question_type(name: str) -> QuestionType:
    """The type of that name; a spec that has been read never names another."""
    return QUESTION_TYPES[name]
