"""Grades: best percents, the staff's table, and the ledger since a cursor."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from quizzes.domain.ledger import safe_horizon
from quizzes.enums import InstanceState, Role
from quizzes.models import Assessment, Course, GradeEvent, InstanceQuestion
from quizzes.scoring import percent


@dataclass(frozen=True, slots=True)
class GradebookRow:
    """One learner: the best percent of each assessment, by its id."""

    user: Any
    percents: dict[int, Decimal]


@dataclass(frozen=True, slots=True)
class GradePage:
    """Ledger events after a cursor, and the cursor to ask with next time."""

    events: list[GradeEvent]
    next_cursor: int
    has_more: bool


def best_percents(
    assessments: Sequence[Assessment], *, user: Any
) -> dict[int, Decimal]:
    """The user's best finished attempt of each assessment, by assessment id."""
    return _best(assessments, [user.pk]).get(user.pk, {})


def gradebook_rows(
    assessments: Sequence[Assessment], users: Sequence[Any]
) -> list[GradebookRow]:
    """The table of best percents for these learners, in their order."""
    best = _best(assessments, [user.pk for user in users])
    return [GradebookRow(user, best.get(user.pk, {})) for user in users]


def learners_of(course: Course) -> Any:
    """The course's learners, by name: a queryset to page through."""
    return (
        get_user_model()
        .objects.filter(enrolments__course=course, enrolments__role=Role.LEARNER)
        .order_by("last_name", "first_name", "username", "pk")
    )


def grades_since(
    cursor: int, *, users: Any, courses: Any, limit: int = 200
) -> GradePage:
    """Ledger events after ``cursor`` of these users in these courses, in order.

    Nothing is skipped or given twice: the page ends at a horizon below which no
    event is still being written. A client asks again with ``next_cursor``.
    """
    horizon = safe_horizon()
    events = list(
        GradeEvent.objects.filter(
            id__gt=cursor,
            id__lte=horizon,
            instance_question__instance__user__in=users,
            instance_question__instance__assessment__course__in=courses,
        )
        .select_related(
            "submission",
            "instance_question__instance__assessment__course",
            "instance_question__instance__user",
        )
        .order_by("id")[: limit + 1]
    )
    has_more = len(events) > limit
    page = events[:limit]
    next_cursor = page[-1].id if has_more else max(cursor, horizon)
    return GradePage(events=page, next_cursor=next_cursor, has_more=has_more)


def _best(
    assessments: Sequence[Assessment], user_ids: Sequence[int]
) -> dict[int, dict[int, Decimal]]:
    rows = (
        InstanceQuestion.objects.filter(
            instance__assessment__in=assessments,
            instance__user__in=user_ids,
            instance__state=InstanceState.FINISHED,
        )
        .values("instance_id", "instance__user_id", "instance__assessment_id")
        .annotate(
            mark=Sum(Coalesce(F("fraction"), Decimal(0)) * F("max_mark")),
            most=Sum("max_mark"),
        )
    )
    best: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for row in rows:
        value = percent(row["mark"], row["most"])
        mine = best[row["instance__user_id"]]
        key = row["instance__assessment_id"]
        mine[key] = max(value, mine.get(key, value))
    return best
