"""A learner's way through a chapter."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quizzes.domain.queries.gradebook import best_percents
from quizzes.models import Assessment, Chapter, ChapterRead


@dataclass(frozen=True, slots=True)
class AssessmentProgress:
    """The learner's best finished attempt, in percent; None before the first."""

    assessment: Assessment
    best_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class ChapterProgress:
    """Reading and assessments; ``percent`` counts each of them as one step."""

    chapter: Chapter
    is_read: bool
    assessments: tuple[AssessmentProgress, ...]

    @property
    def percent(self) -> int:
        """Steps done of all steps, 0 to 100, rounded down."""
        done = self.is_read + sum(
            progress.best_percent is not None for progress in self.assessments
        )
        return 100 * done // (1 + len(self.assessments))


def mark_chapter_read(chapter: Chapter, *, user: Any) -> ChapterRead:
    """Note that the learner has read the chapter; the first time counts."""
    read, _ = ChapterRead.objects.get_or_create(chapter=chapter, user=user)
    return read


def chapter_progress(chapter: Chapter, *, user: Any) -> ChapterProgress:
    """The learner's progress in one chapter."""
    return chapters_progress([chapter], user=user)[0]


def chapters_progress(chapters: list[Chapter], *, user: Any) -> list[ChapterProgress]:
    """The learner's progress in each chapter, in a fixed number of queries."""
    read = set(
        ChapterRead.objects.filter(user=user, chapter__in=chapters).values_list(
            "chapter_id", flat=True
        )
    )
    assessments = list(
        Assessment.objects.filter(chapter__in=chapters).order_by("position", "key")
    )
    best = best_percents(assessments, user=user)
    return [
        ChapterProgress(
            chapter=chapter,
            is_read=chapter.pk in read,
            assessments=tuple(
                AssessmentProgress(assessment, best.get(assessment.pk))
                for assessment in assessments
                if assessment.chapter_id == chapter.pk
            ),
        )
        for chapter in chapters
    ]
