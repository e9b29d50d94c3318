"""An assessment as its author wrote it: which questions, how many tries, how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class SlotSpec:
    question: str
    max_mark: Decimal

    def to_json(self) -> dict[str, Any]:
        return {"question": self.question, "max_mark": str(self.max_mark)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(question=data["question"], max_mark=Decimal(data["max_mark"]))


@dataclass(frozen=True, slots=True)
class AssessmentSpec:
    key: str
    chapter: str
    title: str
    kind: str
    """`quiz`, `exercise` or `interview`."""
    instructions: str
    attempts_allowed: int | None
    """None: as many as the learner likes."""
    tries_per_question: int
    score_policy: str
    """Which try of a question counts: `best` or `last`."""
    time_limit_minutes: int | None
    slots: tuple[SlotSpec, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "chapter": self.chapter,
            "title": self.title,
            "kind": self.kind,
            "instructions": self.instructions,
            "attempts_allowed": self.attempts_allowed,
            "tries_per_question": self.tries_per_question,
            "score_policy": self.score_policy,
            "time_limit_minutes": self.time_limit_minutes,
            "slots": [slot.to_json() for slot in self.slots],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        slots = tuple(map(SlotSpec.from_json, data["slots"]))
        return cls(**{**data, "slots": slots})
