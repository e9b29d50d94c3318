"""One question of an attempt, as its learner meets it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

import simulator
from quizzes.domain.errors import NotFoundError
from quizzes.domain.queries.attempts import (
    QuestionRow,
    may_see,
    rows_for,
)
from quizzes.enums import QuestionState
from quizzes.execution.in_process import scenario_of
from quizzes.markup import render_block, substitute
from quizzes.models import (
    AssessmentInstance,
    GradingJob,
    InstanceQuestion,
    ScenarioVersion,
    Submission,
    Variant,
)
from quizzes.question_types.base import Presentation

# These two are asked for most often: composing them anew would cost more than they do.
_VARIANT = """
SELECT v.id, v.question_version_id, v.presentation, q.id, i.id, i.user_id
FROM quizzes_variant v
JOIN quizzes_instancequestion q ON q.id = v.instance_question_id
JOIN quizzes_assessmentinstance i ON i.id = q.instance_id
WHERE i.uuid = %s AND q.number = %s
"""
_TRIES = """
SELECT s.id, s.uuid, s.number, s.answer, (
    SELECT (array_agg(state ORDER BY id DESC))[1] FROM quizzes_gradingjob
    WHERE submission_id = s.id
) AS job_state
FROM quizzes_submission s WHERE s.variant_id = %s ORDER BY s.number
"""


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """What may be told about a scenario before the answer: no claim, no outcome."""

    title: str
    summary_html: str
    parameters: tuple[tuple[str, Any], ...]
    """Each parameter's name in words and its value in this variant."""
    arms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """All that the page of one question shows."""

    instance: AssessmentInstance
    rows: tuple[QuestionRow, ...]
    row: QuestionRow
    variant: Variant
    presentation: Presentation
    scenario: ScenarioSummary | None
    submissions: tuple[Submission, ...]
    """Earlier tries in order, each with the ``job_state`` of its newest job."""
    answer: Mapping[str, Any]
    """What to fill in: the draft, else the last try, else nothing."""
    draft_seq: int

    @property
    def next_try_key(self) -> str:
        """The idempotency key of the next try: the same in every window."""
        return f"try-{len(self.submissions) + 1}"

    @property
    def next_row(self) -> QuestionRow | None:
        """The question after this one."""
        later = (row for row in self.rows if _number(row) > _number(self.row))
        return next(later, None)


def variant_at(user: Any, uuid: UUID, number: int) -> Variant:
    """The variant of one numbered question; NotFoundError if there is none to see."""
    with connection.cursor() as cursor:
        cursor.execute(_VARIANT, [uuid, number])
        row = cursor.fetchone()
    variant = _partial_variant(row) if row else None
    if variant is None or not may_see(user, variant.instance_question.instance):
        raise NotFoundError("question")
    return variant


def _partial_variant(row: tuple[Any, ...]) -> Variant:
    """A row of ``_VARIANT`` as models; their other fields load when asked for.

    ``from_db`` takes fields in the order in which their model declares them.
    """
    pk, version, presentation, question_id, instance_id, learner = row
    instance = AssessmentInstance.from_db(
        "default", ["id", "user_id"], [instance_id, learner]
    )
    question = InstanceQuestion.from_db(
        "default", ["id", "instance_id"], [question_id, instance_id]
    )
    variant = Variant.from_db(
        "default",
        ["id", "instance_question_id", "question_version_id", "presentation"],
        [pk, question_id, version, json.loads(presentation)],
    )
    question.instance, variant.instance_question = instance, question
    return variant


def question_page(user: Any, uuid: UUID, number: int) -> QuestionPage:
    """The page of one numbered question of an attempt; NotFoundError as above."""
    rows = tuple(rows_for(user, uuid))
    row = next((row for row in rows if _number(row) == number), None)
    if row is None:
        raise NotFoundError("question")
    variant = row.question.variant
    submissions: tuple[Submission, ...] = ()
    if row.question.state != QuestionState.TODO:
        submissions = tuple(Submission.objects.raw(_TRIES, [variant.pk]))
    draft = getattr(variant, "draft", None)
    last = submissions[-1].answer if submissions else {}
    return QuestionPage(
        instance=row.question.instance,
        rows=rows,
        row=row,
        variant=variant,
        presentation=Presentation.from_json(variant.presentation),
        scenario=scenario_summary(variant),
        submissions=submissions,
        answer=draft.answer if draft else last,
        draft_seq=draft.seq if draft else 0,
    )


def with_job_state(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Each submission with the state of its newest job as ``job_state``."""
    newest = GradingJob.objects.filter(submission=OuterRef("pk")).order_by("-id")
    return submissions.annotate(job_state=Subquery(newest.values("state")[:1]))


def scenario_summary(variant: Variant) -> ScenarioSummary | None:
    """The scenario of a variant in words; None for a question without one."""
    if variant.scenario_version_id is None:
        return None
    return summary_of(_scenario(variant.scenario_version_id), variant.params)


def summary_of(
    scenario: simulator.Scenario, params: Mapping[str, Any]
) -> ScenarioSummary:
    """A scenario in words, with these parameters."""
    return ScenarioSummary(
        title=substitute(scenario.title, params),
        summary_html=render_block(scenario.summary, params),
        parameters=tuple(
            (name.replace("_", " "), value) for name, value in params.items()
        ),
        arms=tuple(arm.label for arm in scenario.arms.values()),
    )


@lru_cache(maxsize=256)
def _scenario(version_id: int) -> simulator.Scenario:
    """The parsed text of a version; a published one, so it never changes."""
    version = ScenarioVersion.objects.only("source").get(pk=version_id)
    return scenario_of(version.source)


def _number(row: QuestionRow) -> int:
    return row.question.number
