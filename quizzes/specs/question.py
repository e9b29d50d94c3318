"""A question as its author wrote it. No field says which option is right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MULTIPLE_CHOICE = "multiple_choice"
FREE_RESPONSE = "free_response"


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One choice: it is right in a variant exactly when its claim holds there."""

    key: str
    text: str
    claim: str
    refuted_by: str | None = None
    """The claim that must hold whenever this option's claim does not."""
    feedback: str = ""
    """Shown in review where this option turned out false."""

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "text": self.text,
            "claim": self.claim,
            "refuted_by": self.refuted_by,
            "feedback": self.feedback,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class MultipleChoiceBody:
    """Options of which `choose` hold in every variant of the scenario."""

    choose: int
    options: tuple[OptionSpec, ...]

    def to_json(self) -> dict[str, Any]:
        options = [option.to_json() for option in self.options]
        return {"choose": self.choose, "options": options}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        options = tuple(OptionSpec.from_json(option) for option in data["options"])
        return cls(choose=data["choose"], options=options)


@dataclass(frozen=True, slots=True)
class RubricItem:
    """One thing that a good answer says, and what it is worth."""

    key: str
    points: int
    statement: str

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "points": self.points, "statement": self.statement}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class FreeResponseBody:
    """A written answer, graded by a person along the rubric."""

    rubric: tuple[RubricItem, ...]
    max_words: int

    def to_json(self) -> dict[str, Any]:
        rubric = [item.to_json() for item in self.rubric]
        return {"rubric": rubric, "max_words": self.max_words}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        rubric = tuple(RubricItem.from_json(item) for item in data["rubric"])
        return cls(rubric=rubric, max_words=data["max_words"])


BODIES: dict[str, type[MultipleChoiceBody] | type[FreeResponseBody]] = {
    MULTIPLE_CHOICE: MultipleChoiceBody,
    FREE_RESPONSE: FreeResponseBody,
}


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """What all types of question share, and the `body` that is the type's own."""

    key: str
    type: str
    title: str
    chapter: str | None
    """Key of the chapter whose objectives the question names."""
    objectives: tuple[str, ...]
    scenario: str | None
    prompt: str
    explanation: str
    body: MultipleChoiceBody | FreeResponseBody

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "type": self.type,
            "title": self.title,
            "chapter": self.chapter,
            "objectives": list(self.objectives),
            "scenario": self.scenario,
            "prompt": self.prompt,
            "explanation": self.explanation,
            "body": self.body.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            key=data["key"],
            type=data["type"],
            title=data["title"],
            chapter=data["chapter"],
            objectives=tuple(data["objectives"]),
            scenario=data["scenario"],
            prompt=data["prompt"],
            explanation=data["explanation"],
            body=BODIES[data["type"]].from_json(data["body"]),
        )
