"""A whole attempt to look back on: answers, marks, and what may be explained now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizzes.domain.judging import spec_of
from quizzes.domain.queries.attempts import QuestionRow, question_rows
from quizzes.domain.queries.question_page import with_job_state
from quizzes.markup import render_block
from quizzes.models import AssessmentInstance, Submission, Variant, Verdict
from quizzes.question_types.base import (
    BrokenQuestionError,
    Presentation,
    PresentedOption,
    Review,
)
from quizzes.question_types.registry import question_type


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One question of the attempt with the learner's answers to it."""

    row: QuestionRow
    prompt_html: str
    submissions: tuple[Submission, ...]
    """All tries in order, each with the ``job_state`` of its newest job."""
    chosen: tuple[PresentedOption, ...]
    """The options of the last try."""
    text: str
    """The text of the last try."""
    review: Review | None
    """Only when nothing more can be answered, and the runs decided the question."""


def review_rows(instance: AssessmentInstance) -> list[ReviewRow]:
    """Every question of the attempt in order, in a fixed number of queries."""
    rows = question_rows(instance)
    submissions = _submissions(instance)
    claims = _claims(instance)
    return [
        _review_row(row, submissions[row.question.variant.pk], claims) for row in rows
    ]


def _submissions(instance: AssessmentInstance) -> dict[int, list[Submission]]:
    found = Submission.objects.filter(variant__instance_question__instance=instance)
    by_variant: dict[int, list[Submission]] = defaultdict(list)
    for submission in with_job_state(found).order_by("number"):
        by_variant[submission.variant_id].append(submission)
    return by_variant


def _claims(instance: AssessmentInstance) -> dict[int, dict[str, bool]]:
    """What the runs of each graded variant decided, by variant id."""
    verdicts = Verdict.objects.filter(
        job__submission__variant__instance_question__instance=instance,
        is_superseded=False,
        fraction__isnull=False,
    ).values_list("job__submission__variant_id", "evidence")
    return {
        variant: {
            name: claim["holds"] for name, claim in evidence.get("claims", {}).items()
        }
        for variant, evidence in verdicts
    }


def _review_row(
    row: QuestionRow,
    submissions: Sequence[Submission],
    claims: Mapping[int, Mapping[str, bool]],
) -> ReviewRow:
    variant = row.question.variant
    presentation = Presentation.from_json(variant.presentation)
    answer: Mapping[str, Any] = submissions[-1].answer if submissions else {}
    chosen = answer.get("chosen", [])
    return ReviewRow(
        row=row,
        prompt_html=presentation.prompt_html,
        submissions=tuple(submissions),
        chosen=tuple(o for o in presentation.options if o.key in chosen),
        text=answer.get("text", ""),
        review=_review(variant, presentation, claims.get(variant.pk, {}))
        if row.is_revealed
        else None,
    )


def _review(
    variant: Variant, presentation: Presentation, claims: Mapping[str, bool]
) -> Review | None:
    spec = spec_of(variant.question_version_id)
    try:
        return question_type(spec.type).review(
            spec, presentation, variant.params, claims
        )
    except BrokenQuestionError:
        # Nothing was run for it: only the words of the author are left.
        explanation = render_block(spec.explanation, variant.params)
        return Review(explanation_html=explanation, options=(), rubric=())
