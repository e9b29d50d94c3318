"""The ledger as an LMS reads it: its own learners, in courses its owner teaches."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from quizzes.domain.queries.gradebook import grades_since
from quizzes.models import GradeEvent, InstanceQuestion
from trapframe.accounts.models import ExternalIdentity, User
from trapframe.api.lookups import taught_courses


def grade_page(owner: User, *, since: int, limit: int) -> dict[str, Any]:
    """The page of ledger entries after ``since``, for GradePageSerializer."""
    brought = ExternalIdentity.objects.filter(owner=owner)
    page = grades_since(
        since,
        users=brought.values("user"),
        courses=taught_courses(owner).values("pk"),
        limit=limit,
    )
    learners = {event.instance_question.instance.user_id for event in page.events}
    names = dict(
        brought.filter(user__in=learners).values_list("user_id", "external_id")
    )
    scores = _scores(event.instance_question.instance_id for event in page.events)
    return {
        "grades": [_entry(event, names, scores) for event in page.events],
        "next": page.next_cursor,
        "has_more": page.has_more,
    }


def _scores(instance_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Marks and maximum of each attempt, by its id."""
    rows = (
        InstanceQuestion.objects.filter(instance__in=set(instance_ids))
        .values("instance_id")
        .annotate(
            score=Sum(Coalesce(F("fraction"), Decimal(0)) * F("max_mark")),
            max_score=Sum("max_mark"),
        )
    )
    return {row["instance_id"]: dict(row) for row in rows}


def _entry(
    event: GradeEvent, names: dict[int, str], scores: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    question = event.instance_question
    instance = question.instance
    return {
        "id": event.pk,
        "external_id": names[instance.user_id],
        "course": instance.assessment.course.key,
        "assessment": instance.assessment.key,
        "attempt": instance.uuid,
        "attempt_number": instance.number,
        "attempt_state": instance.state,
        "question_number": question.number,
        "fraction": event.fraction,
        "graded_by": event.source,
        "graded_at": event.created_at,
        "score": scores[instance.pk]["score"],
        "max_score": scores[instance.pk]["max_score"],
    }
