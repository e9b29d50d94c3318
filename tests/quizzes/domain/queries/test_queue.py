from datetime import timedelta
from typing import Any

import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.grading import beat
from quizzes.domain.proving import request_proof
from quizzes.domain.queries.queue import (
    Conservation,
    LaneDepth,
    conservation,
    dead_jobs,
    heartbeats,
    queue_depths,
    review_queue,
)
from quizzes.models import GradeEvent, GradingJob, Proof, Submission
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim

pytestmark = pytest.mark.django_db


def _rounded() -> list[LaneDepth]:
    """Ages to a hundred seconds: a busy computer takes some for the test itself."""
    return [
        LaneDepth(d.lane, d.queued, d.running, round(d.oldest_seconds, -2))
        for d in queue_depths()
    ]


def test_an_empty_queue_has_no_lanes() -> None:
    assert queue_depths() == []


def test_lanes_count_jobs_and_proofs_with_the_oldest_age() -> None:
    desk = executed_desk()
    desk.submit("a")
    claim()
    for age in (500, 9000):
        submission = executed_desk().submit("a")
        then = database_now() - timedelta(seconds=age)
        GradingJob.objects.filter(submission=submission).update(queued_at=then)
    request_proof(factories.make_small_draft(desk.course), user=None)
    Proof.objects.filter(state="queued").update(
        queued_at=database_now() - timedelta(seconds=700)
    )
    assert _rounded() == [
        LaneDepth("bulk", 1, 0, 700),
        LaneDepth("interactive", 2, 1, 9000),
    ]
    factories.drain()
    Proof.objects.update(state="running", lease_until=database_now())
    GradingJob.objects.filter(state="running").update(state="dead")
    assert _rounded()[-1].queued == 0


def test_a_running_row_has_no_age() -> None:
    executed_desk().submit("a")
    claim()
    assert _rounded() == [LaneDepth("interactive", 0, 1, 0)]


def test_every_submission_is_somewhere() -> None:
    assert conservation() == Conservation(0, 0, 0, 0, 0, 0)
    assert conservation().holds
    states = [
        "queued",
        "running",
        "needs_grading",
        "graded",
        "invalid",
        "broken",
        "superseded",
        "dead",
    ]
    for state in states:
        submission = executed_desk().submit("a")
        GradingJob.objects.filter(submission=submission).update(
            state=state, lease_until=database_now()
        )
    law = conservation()
    assert law == Conservation(
        submitted=8, graded=1, ungradable=3, dead=1, open=3, graded_twice=0
    )
    assert law.holds


def test_a_submission_counts_where_its_newest_job_is() -> None:
    submission = executed_desk().submit("a")
    GradingJob.objects.update(state="graded")
    GradingJob.objects.create(submission=submission, lane="bulk")
    assert conservation() == Conservation(1, 0, 0, 0, 1, 0)


def test_a_lost_job_breaks_the_law() -> None:
    desk = executed_desk()
    desk.submit("a")
    Submission.objects.create(
        variant=desk.variant,
        number=2,
        idempotency_key="lost",
        answer={},
        received_at=database_now(),
    )
    law = conservation()
    assert law == Conservation(2, 0, 0, 0, 1, 0)
    assert law.holds is False


def test_a_second_grade_breaks_the_law() -> None:
    desk = executed_desk()
    submission = desk.graded("a")
    assert conservation().holds
    GradeEvent.objects.create(
        instance_question=desk.question,
        submission=submission,
        source="auto",
        fraction=1,
    )
    law = conservation()
    assert law == Conservation(1, 1, 0, 0, 0, 1)
    assert law.holds is False


def test_a_person_after_a_run_is_no_second_grade() -> None:
    desk = executed_desk()
    submission = desk.graded("a")
    GradeEvent.objects.create(
        instance_question=desk.question,
        submission=submission,
        source="manual",
        actor=desk.instructor,
        fraction=1,
    )
    assert conservation().holds


def _waiting(desk: Desk) -> GradingJob:
    submission = desk.submit(text="So.")
    factories.drain()
    return factories.job_of(submission)


def test_graders_see_what_waits_in_their_courses_oldest_first() -> None:
    desk, other = written_desk(), written_desk()
    first, elsewhere = _waiting(desk), _waiting(other)
    instance = factories.start(desk.assessment, desk.peer)
    factories.submit(factories.variant_of(instance), {"text": "So."})
    factories.drain()
    second = GradingJob.objects.latest("id")
    assert list(review_queue(desk.instructor)) == [first, second]
    assert list(review_queue(other.instructor)) == [elsewhere]
    assert list(review_queue(desk.learner)) == []
    admin = factories.make_user(is_superuser=True)
    assert list(review_queue(admin)) == [first, elsewhere, second]
    GradingJob.objects.filter(pk=first.pk).update(state="graded")
    assert list(review_queue(desk.instructor)) == [second]


def test_staff_see_the_dead_of_their_courses_newest_first() -> None:
    desk, other = executed_desk(), executed_desk()
    jobs = [factories.job_of(d.submit("a")) for d in (desk, other)]
    instance = factories.start(desk.assessment, desk.peer)
    submission = factories.submit(factories.variant_of(instance), {"chosen": ["a"]})
    jobs.append(factories.job_of(submission))
    assert list(dead_jobs(desk.instructor)) == []
    GradingJob.objects.update(state="dead")
    assert list(dead_jobs(desk.instructor)) == [jobs[2], jobs[0]]
    assert list(dead_jobs(other.instructor)) == [jobs[1]]
    assert list(dead_jobs(desk.learner)) == []


def test_the_number_of_queries_does_not_grow_with_the_jobs(
    django_assert_num_queries: Any,
) -> None:
    desk = written_desk()
    _waiting(desk)
    for count in (1, 30):
        while review_queue(desk.instructor).count() < count:
            instance = factories.start(desk.assessment, factories.make_user())
            factories.submit(factories.variant_of(instance), {"text": "So."})
            factories.drain()
        with django_assert_num_queries(1):
            jobs = list(review_queue(desk.instructor))
            courses = {
                (
                    job.submission.variant.question_version.question.course.key,
                    job.submission.variant.instance_question.instance.assessment.title,
                )
                for job in jobs
            }
        assert len(jobs) == count
        assert courses == {(desk.course.key, "A quiz")}


def test_workers_are_listed_latest_first() -> None:
    for worker in ("one", "two"):
        beat(worker, "bulk")
    assert [beat.worker for beat in heartbeats()] == ["two", "one"]
