"""A course and its chapters as their author wrote them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class CourseSpec:
    key: str
    title: str
    summary: str
    chapters: tuple[str, ...]
    """Keys of the chapters, in reading order."""

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "summary": self.summary,
            "chapters": list(self.chapters),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "chapters": tuple(data["chapters"])})


@dataclass(frozen=True, slots=True)
class ObjectiveSpec:
    key: str
    statement: str

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "statement": self.statement}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class ChapterSpec:
    """A chapter's page: the figure, where there is one, stands after the intro."""

    key: str
    number: int
    title: str
    level: str
    minutes: int
    objectives: tuple[ObjectiveSpec, ...]
    next_title: str | None
    figure: str | None
    intro: str
    """Markdown up to the first heading."""
    body: str
    """Markdown from the first heading on."""

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "number": self.number,
            "title": self.title,
            "level": self.level,
            "minutes": self.minutes,
            "objectives": [objective.to_json() for objective in self.objectives],
            "next_title": self.next_title,
            "figure": self.figure,
            "intro": self.intro,
            "body": self.body,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        objectives = tuple(map(ObjectiveSpec.from_json, data["objectives"]))
        return cls(**{**data, "objectives": objectives})
