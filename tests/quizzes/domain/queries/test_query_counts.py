"""Lists take as many queries for 30 rows as for one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes.domain.finishing import finish_instance
from quizzes.domain.proving import request_proof
from quizzes.domain.queries.attempts import question_rows, score_of
from quizzes.domain.queries.authored import (
    newest_versions,
    own_scenario_versions,
    own_versions_on,
)
from quizzes.domain.queries.catalog import assessment_card, attempt_rows, courses_for
from quizzes.domain.queries.question_page import question_page
from quizzes.domain.queries.queue import dead_jobs
from quizzes.domain.queries.review import review_rows
from quizzes.models import AssessmentInstance, GradingJob, Scenario
from tests import factories
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db

MANY = 30


def _counted(reads: Callable[[], Any]) -> tuple[int, int]:
    """How many rows a list has, and how many queries it took to read them."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = reads()
    return len(rows), len(queries)


def _attempt(questions: int) -> AssessmentInstance:
    """A finished attempt with an answer to every question."""
    course = factories.make_course()
    first = factories.make_small(course)
    others = [factories.make_free_response(course) for _ in range(questions - 1)]
    assessment = factories.make_assessment(
        course, first.question, *(version.question for version in others)
    )
    user = factories.make_user()
    instance = factories.start(assessment, user)
    factories.submit(factories.variant_of(instance), {"chosen": ["b"]})
    for number in range(2, questions + 1):
        factories.submit(factories.variant_of(instance, number), {"text": "So."})
    factories.drain()
    return finish_instance(instance, user=user)


def test_the_questions_of_an_attempt() -> None:
    counts = []
    for questions in (1, MANY):
        instance = _attempt(questions)
        user = instance.user
        assert score_of(question_rows(instance)).max_mark == questions
        review_rows(instance)  # specs of versions are remembered
        rows, review = _counted(lambda: review_rows(instance))  # noqa: B023
        _, page = _counted(
            lambda: question_page(user, instance.uuid, 1).rows  # noqa: B023
        )
        counts.append((review, page))
        assert rows == questions
    assert counts[0] == counts[1]


def test_the_attempts_of_a_learner() -> None:
    desk = executed_desk()

    def read() -> list[Any]:
        card = assessment_card(desk.assessment, user=desk.learner)
        rows = attempt_rows(user=desk.learner)
        assert len(card.attempts) == len(rows)
        return [(row.percent, row.instance.assessment.course.title) for row in rows]

    counts = [_counted(read)]
    for _ in range(MANY - 1):
        finish_instance(desk.instance, user=desk.learner)
        AssessmentInstance.objects.filter(state="in_progress").update(
            state="finished", finished_at="2026-01-01T00:00Z"
        )
        factories.start(desk.assessment, desk.learner)
    counts.append(_counted(read))
    assert [rows for rows, _ in counts] == [1, MANY]
    assert counts[0][1] == counts[1][1]


def test_courses_and_what_an_author_works_on() -> None:
    course = factories.make_course()
    author = factories.make_instructor(course)
    learner = factories.make_user()

    def versions() -> list[Any]:
        return [
            (
                version.question.key,
                version.scenario_version and version.scenario_version.scenario.key,
                [proof.state for proof in version.proofs.all()],
            )
            for version in newest_versions(course)
        ]

    def scenarios() -> list[Any]:
        return [
            (version.scenario.key, version.author)
            for version in own_scenario_versions(author)
        ]

    def courses() -> list[Any]:
        return [found.title for found in courses_for(learner)]

    seen = []
    for count in (1, MANY):
        while newest_versions(course).count() < count:
            request_proof(factories.make_small_draft(course), user=None)
            factories.make_course()
        seen.append([_counted(read) for read in (versions, scenarios, courses)])
    assert [[rows for rows, _ in found] for found in seen] == [
        [1, 1, 2],
        [MANY, MANY, MANY + 1],
    ]
    assert [queries for _, queries in seen[0]] == [queries for _, queries in seen[1]]


def test_the_questions_on_a_scenario() -> None:
    course = factories.make_course()
    author = factories.make_instructor(course)
    factories.make_small_scenario("shared")
    scenario = Scenario.objects.get()

    def read() -> list[Any]:
        return [
            (version.question.key, version.scenario_version)
            for version in own_versions_on(author, scenario)
        ]

    counts = []
    for count in (1, MANY):
        while own_versions_on(author, scenario).count() < count:
            number = own_versions_on(author, scenario).count()
            source = factories.SINGLE_CHOICE.format(
                key=f"on-shared-{number}", scenario="shared"
            )
            factories.save_question(course, source=source, author=None)
        counts.append(_counted(read))
    assert counts == [(1, 1), (MANY, 1)]


def test_the_dead_jobs() -> None:
    desk = executed_desk()
    counts = []
    for count in (1, MANY):
        while GradingJob.objects.count() < count:
            instance = factories.start(desk.assessment, factories.make_user())
            factories.submit(factories.variant_of(instance), {"chosen": ["a"]})
        GradingJob.objects.update(state="dead")
        counts.append(
            _counted(
                lambda: [
                    job.submission.variant.question_version.question.course.title
                    for job in dead_jobs(desk.instructor)
                ]
            )
        )
    assert counts == [(1, 1), (MANY, 1)]
