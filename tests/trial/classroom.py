"""Learners with attempts at executed questions, made by the product's own verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model

from quizzes.domain.loading import load_course
from quizzes.domain.starting import start_assessment
from quizzes.domain.submitting import SubmitResult, submit_answer
from quizzes.models import (
    Assessment,
    AssessmentInstance,
    Course,
    Question,
    QuestionVersion,
    Slot,
    Variant,
)
from trapframe.ops.processes import ROOT

COURSE = ROOT / "fixtures" / "courses" / "operating-systems"
SCENARIOS = ROOT / "fixtures" / "scenarios"
# Wrong answers leave a question open, so that each seat can submit again and again.
TRIES = 100_000
_numbers = count(1)


@dataclass(frozen=True)
class Seat:
    """One learner before one question, and an answer that is wrong there."""

    user: Any
    instance: AssessmentInstance
    number: int  # of the question in the attempt
    variant: Variant
    wrong: tuple[str, ...]

    def submit(self, key: str | None = None) -> SubmitResult:
        """Submit the wrong answer, without HTTP."""
        return submit_answer(
            self.variant,
            user=self.user,
            raw={"chosen": list(self.wrong)},
            idempotency_key=key or uuid4().hex,
        )


def executed_assessment() -> Assessment:
    """An assessment of all the course's questions that a scenario decides."""
    course = Course.objects.filter(key=COURSE.name).first()
    if course is None:
        course = load_course(COURSE, SCENARIOS).course
    questions = Question.objects.filter(
        course=course,
        versions__state="published",
        versions__scenario_version__isnull=False,
    ).order_by("key")
    assessment = Assessment.objects.create(
        course=course,
        key=f"trial-{next(_numbers)}",
        title="A trial",
        kind="quiz",
        tries_per_question=TRIES,
    )
    for number, question in enumerate(questions.distinct(), start=1):
        Slot.objects.create(assessment=assessment, number=number, question=question)
    return assessment


def seat_learners(assessment: Assessment, learners: int) -> list[Seat]:
    """New learners with an attempt each; question by question, learner by learner."""
    people = get_user_model().objects.bulk_create(
        get_user_model()(username=f"trial{next(_numbers)}", password="!")
        for _ in range(learners)
    )
    instances = [start_assessment(assessment, user=user) for user in people]
    variants = Variant.objects.filter(
        instance_question__instance__in=instances
    ).select_related("instance_question__instance__user", "question_version__proof")
    return [
        _seat(variant)
        for variant in variants.order_by("instance_question__number", "id")
    ]


def statement_of(seats: Sequence[Seat]) -> str:
    """What the seats answer, in words."""
    variants = {(s.variant.question_version_id, s.variant.seed) for s in seats}
    questions = {s.variant.question_version_id for s in seats}
    return (
        f"{len(seats)} seats at {len(questions)} executed questions, "
        f"{len(variants)} different variants"
    )


def _seat(variant: Variant) -> Seat:
    question = variant.instance_question
    return Seat(
        user=question.instance.user,
        instance=question.instance,
        number=question.number,
        variant=variant,
        wrong=_wrong(variant.question_version, variant),
    )


def _wrong(version: QuestionVersion, variant: Variant) -> tuple[str, ...]:
    """As many options as asked for that do not all hold, by the question's proof."""
    assert version.proof is not None
    rows = {row["seed"]: row["row"] for row in version.proof.matrix}
    refuted = [key for key, holds in rows[variant.seed].items() if not holds]
    return tuple(refuted[: variant.presentation["choose"]])


def uuid_of(location: str) -> UUID:
    """The submission that a redirect to its page names."""
    return UUID(location.rstrip("/").rpartition("/")[2])
