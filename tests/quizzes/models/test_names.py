import pytest

from quizzes.domain.clock import database_now
from quizzes.domain.drafting import save_draft
from quizzes.domain.enrolling import enrol
from quizzes.models import (
    ChapterRead,
    Course,
    Draft,
    Enrolment,
    GradeEvent,
    GradingJob,
    Objective,
    Run,
    Slot,
    Verdict,
    WorkerHeartbeat,
)
from tests import factories
from tests.desks import executed_desk, written_desk

pytestmark = pytest.mark.django_db


def test_a_course_and_its_parts_have_names() -> None:
    course = Course(key="os", title="Operating systems")
    course.save()
    user = factories.make_user()
    enrol(course, user=user)
    chapter = factories.make_chapter(course, number=21, title="Containers")
    read = ChapterRead.objects.create(chapter=chapter, user=user)
    assert str(course) == "Operating systems"
    assert str(chapter) == "21. Containers"
    assert str(Objective.objects.get()) == "LO1: say what it is"
    assert str(Enrolment.objects.get()) == f"{user.pk} as learner in {course.pk}"
    assert str(read) == f"{user.pk} read {chapter.pk}"


def test_the_bank_has_names() -> None:
    version = factories.make_small(factories.make_course(), "pe")
    scenario = version.scenario_version
    assert scenario is not None
    assert str(version) == "pe v1"
    assert str(version.question) == "pe"
    assert str(scenario) == "of-pe v1"
    assert str(scenario.scenario) == "of-pe"
    assert str(version.proof) == f"proof of {version.pk}: held"


def test_an_attempt_and_its_grade_have_names() -> None:
    desk = executed_desk(title="Quiz one")
    submission = desk.graded("a")
    run = Run.objects.filter(arm="as_it_is").get()
    assert str(desk.assessment) == "Quiz one"
    assert str(Slot.objects.get()) == f"{desk.assessment.pk}.1"
    assert str(desk.instance) == f"attempt 1 of {desk.learner.pk}"
    assert str(desk.question) == f"{desk.instance.pk}.1"
    assert str(desk.variant) == f"variant {desk.variant.uuid}"
    assert str(submission) == f"submission {submission.uuid}"
    job = GradingJob.objects.get()
    assert str(job) == f"grading job {job.pk}: graded"
    assert str(run) == f"as_it_is {run.trace_hash[:12]}"
    assert str(Verdict.objects.get()) == "verdict correct"
    assert str(GradeEvent.objects.get()) == "auto 1.00000"


def test_a_draft_and_a_heartbeat_have_names() -> None:
    desk = written_desk()
    save_draft(desk.variant, user=desk.learner, answer={"text": "So"}, seq=7)
    assert str(Draft.objects.get()) == f"draft 7 of {desk.variant.pk}"
    now = database_now()
    beat = WorkerHeartbeat(worker="host:1", lane="bulk", seen_at=now)
    assert str(beat) == f"host:1 at {now}"
