"""What each type of question can do. Pure: no database, no clock, no chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, Self

from quizzes.markup import Scalar
from quizzes.specs import QuestionSpec, RubricItem
from simulator import Obligation

__all__ = [
    "BrokenQuestionError",
    "Grade",
    "InvalidAnswerError",
    "Outcome",
    "Presentation",
    "PresentedOption",
    "QuestionType",
    "Review",
    "ReviewedOption",
    "Scalar",
]


class Outcome(StrEnum):
    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    NEEDS_GRADING = "needs_grading"


class InvalidAnswerError(Exception):
    """The answer cannot be graded as it is; it never costs a try."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class BrokenQuestionError(Exception):
    """The run does not decide this question: the author's fault, not the learner's."""


@dataclass(frozen=True, slots=True)
class PresentedOption:
    key: str
    html: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the learner sees of a variant; nothing in it hints at what will hold."""

    type: str
    control: str
    """`radio`, `checkbox` or `text`."""
    prompt_html: str
    choose: int
    """How many options to choose; 0 where there are none."""
    options: tuple[PresentedOption, ...]
    max_words: int
    """0 where nothing is written."""

    def to_json(self) -> dict[str, Any]:
        options = [{"key": option.key, "html": option.html} for option in self.options]
        return {
            "type": self.type,
            "control": self.control,
            "prompt_html": self.prompt_html,
            "choose": self.choose,
            "options": options,
            "max_words": self.max_words,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        options = tuple(PresentedOption(**option) for option in data["options"])
        return cls(**{**data, "options": options})


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict on one answer; `fraction` is None until a person has graded it."""

    fraction: Decimal | None
    outcome: Outcome
    options: Mapping[str, bool]
    """Each option's key and whether its claim held in the run."""
    chosen: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "fraction": None if self.fraction is None else str(self.fraction),
            "outcome": self.outcome.value,
            "options": dict(self.options),
            "chosen": list(self.chosen),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        fraction = data["fraction"]
        return cls(
            fraction=None if fraction is None else Decimal(fraction),
            outcome=Outcome(data["outcome"]),
            options=dict(data["options"]),
            chosen=tuple(data["chosen"]),
        )


@dataclass(frozen=True, slots=True)
class ReviewedOption:
    key: str
    html: str
    claim: str
    refuted_by: str | None
    holds: bool
    feedback_html: str
    """Empty where the option holds."""


@dataclass(frozen=True, slots=True)
class Review:
    """What the learner sees once no try is left; options in presented order."""

    explanation_html: str
    options: tuple[ReviewedOption, ...]
    rubric: tuple[RubricItem, ...]


class QuestionType(Protocol):
    """One type of question; `registry.py` lists them all."""

    name: str

    def obligation(self, spec: QuestionSpec) -> Obligation | None:
        """What must be proved before publishing; None where nothing is executed."""

    def present(
        self, spec: QuestionSpec, params: Mapping[str, Scalar], seed: int
    ) -> Presentation:
        """What to show for this variant; the seed alone decides the order."""

    def parse_answer(
        self, spec: QuestionSpec, presentation: Presentation, raw: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The answer in its one stored form; raises InvalidAnswerError."""

    def grade(
        self,
        spec: QuestionSpec,
        presentation: Presentation,
        answer: Mapping[str, Any],
        claims: Mapping[str, bool],
    ) -> Grade:
        """The verdict, from claims alone; raises BrokenQuestionError."""

    def review(
        self,
        spec: QuestionSpec,
        presentation: Presentation,
        params: Mapping[str, Scalar],
        claims: Mapping[str, bool],
    ) -> Review:
        """The explanation and the truth of each option, for after the last try."""
