"""What an instructor works on: rows of their own courses, found or not at all."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from quizzes.domain.errors import NotFoundError
from quizzes.enums import Role, VersionState
from quizzes.models import (
    Course,
    Proof,
    Question,
    QuestionVersion,
    Scenario,
    ScenarioVersion,
)


def own_courses(user: Any) -> QuerySet[Course]:
    """The courses this person instructs; for administrators, all."""
    if user.is_superuser:
        return Course.objects.order_by("title")
    return Course.objects.filter(
        enrolments__user=user, enrolments__role=Role.INSTRUCTOR
    ).order_by("title")


def own_course(user: Any, key: str) -> Course:
    """One of `own_courses` by its key; raises NotFoundError."""
    course = own_courses(user).filter(key=key).first()
    if course is None:
        raise NotFoundError("course")
    return course


def own_question(user: Any, pk: int) -> Question:
    """A question of one of `own_courses`; raises NotFoundError."""
    question = (
        Question.objects.select_related("course")
        .filter(pk=pk, course__in=own_courses(user))
        .first()
    )
    if question is None:
        raise NotFoundError("question")
    return question


def own_version(user: Any, pk: int) -> QuestionVersion:
    """A version of a question of one of `own_courses`; raises NotFoundError."""
    version = (
        QuestionVersion.objects.select_related(
            "question__course", "scenario_version__scenario"
        )
        .filter(pk=pk, question__course__in=own_courses(user))
        .first()
    )
    if version is None:
        raise NotFoundError("version of a question")
    return version


def own_proof(user: Any, uuid: UUID) -> Proof:
    """A proof of a question of one of `own_courses`; raises NotFoundError."""
    proof = (
        Proof.objects.select_related(
            "question_version__question__course",
            "question_version__scenario_version",
            "scenario_version__scenario",
            "requested_by",
        )
        .filter(uuid=uuid, question_version__question__course__in=own_courses(user))
        .first()
    )
    if proof is None:
        raise NotFoundError("proof")
    return proof


def newest_versions(course: Course) -> QuerySet[QuestionVersion]:
    """The newest version of each question of a course, by key of the question.

    Each carries ``published_number``, its question's newest published version, or
    None, and its proofs, newest first.
    """
    versions = QuestionVersion.objects.filter(question=OuterRef("question"))
    newest = versions.order_by("-number").values("pk")[:1]
    published = versions.filter(state=VersionState.PUBLISHED).order_by("-number")
    proofs = Proof.objects.defer("matrix", "counterexamples").order_by("-id")
    return (
        QuestionVersion.objects.filter(question__course=course, pk=Subquery(newest))
        .select_related("question", "scenario_version__scenario")
        .prefetch_related(Prefetch("proofs", queryset=proofs))
        .annotate(published_number=Subquery(published.values("number")[:1]))
        .order_by("question__key")
    )


def own_scenario_versions(user: Any) -> QuerySet[ScenarioVersion]:
    """Published versions, and drafts that are the person's or their courses' to see."""
    versions = ScenarioVersion.objects.select_related("scenario", "author")
    if user.is_superuser:
        return versions
    used = QuestionVersion.objects.filter(question__course__in=own_courses(user))
    return versions.filter(
        Q(state=VersionState.PUBLISHED)
        | Q(author=user)
        | Q(pk__in=used.values("scenario_version"))
    )


def own_scenario(user: Any, key: str) -> Scenario:
    """A scenario with at least one of `own_scenario_versions`; raises NotFoundError."""
    scenario = Scenario.objects.filter(
        key=key, pk__in=own_scenario_versions(user).values("scenario")
    ).first()
    if scenario is None:
        raise NotFoundError("scenario")
    return scenario


def own_versions_on(user: Any, scenario: Scenario) -> QuerySet[QuestionVersion]:
    """The newest version of each own question that runs any version of a scenario."""
    versions = QuestionVersion.objects.filter(question=OuterRef("question"))
    newest = versions.order_by("-number").values("pk")[:1]
    return (
        QuestionVersion.objects.filter(
            pk=Subquery(newest),
            question__course__in=own_courses(user),
            scenario_version__scenario=scenario,
        )
        .select_related("question", "scenario_version")
        .order_by("question__key")
    )
