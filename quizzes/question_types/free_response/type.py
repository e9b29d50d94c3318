"""A written answer, which a person grades along the rubric."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from quizzes.markup import Scalar, render_block
from quizzes.question_types.base import (
    Grade,
    InvalidAnswerError,
    Outcome,
    Presentation,
    Review,
)
from quizzes.specs import FREE_RESPONSE, FreeResponseBody, QuestionSpec

# A word limit alone would let one endless word through.
CHARACTERS_PER_WORD = 12


class FreeResponse:
    name = FREE_RESPONSE

    def obligation(self, spec: QuestionSpec) -> None:
        """Nothing is executed, so there is nothing to prove."""

    def present(
        self, spec: QuestionSpec, params: Mapping[str, Scalar], seed: int
    ) -> Presentation:
        return Presentation(
            type=self.name,
            control="text",
            prompt_html=render_block(spec.prompt, params),
            choose=0,
            options=(),
            max_words=_body(spec).max_words,
        )

    def parse_answer(
        self, spec: QuestionSpec, presentation: Presentation, raw: Mapping[str, Any]
    ) -> dict[str, Any]:
        text = raw.get("text", "")
        if not isinstance(text, str):
            raise InvalidAnswerError("malformed", "`text` must be text.")
        text = _normalised(text)
        if not text:
            raise InvalidAnswerError("empty", "Write an answer first.")
        words, most = len(text.split()), presentation.max_words
        if words > most:
            message = f"The answer has {words} words; {most} are allowed."
            raise InvalidAnswerError("too_many_words", message)
        longest = most * CHARACTERS_PER_WORD
        if len(text) > longest:
            message = f"The answer has {len(text)} characters; {longest} are allowed."
            raise InvalidAnswerError("too_long", message)
        return {"text": text}

    def grade(
        self,
        spec: QuestionSpec,
        presentation: Presentation,
        answer: Mapping[str, Any],
        claims: Mapping[str, bool],
    ) -> Grade:
        return Grade(
            fraction=None, outcome=Outcome.NEEDS_GRADING, options={}, chosen=()
        )

    def review(
        self,
        spec: QuestionSpec,
        presentation: Presentation,
        params: Mapping[str, Scalar],
        claims: Mapping[str, bool],
    ) -> Review:
        explanation = render_block(spec.explanation, params)
        return Review(explanation, options=(), rubric=_body(spec).rubric)


def _body(spec: QuestionSpec) -> FreeResponseBody:
    if not isinstance(spec.body, FreeResponseBody):
        raise TypeError(f"The question {spec.key} is of type {spec.type}.")
    return spec.body


def _normalised(text: str) -> str:
    """One form for one text: composed, plain line ends, nothing invisible."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in lines if char in "\n\t" or not _is_control(char))
    return "".join(kept).strip()


def _is_control(char: str) -> bool:
    # Cs: lone surrogates, which no database text column can hold.
    return unicodedata.category(char) in {"Cc", "Cs"}
