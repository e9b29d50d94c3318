"""Everything is killed while learners submit: nothing is lost, nothing counts twice."""

from quizzes.models import Course, GradeEvent, Verdict
from tests.chaos.run import run_chaos
from tests.live import _environment
from tests.pipeline.conftest import seated
from trapframe.embedded import Services

FAULTS = (
    ("pool child killed", 3),
    ("whole worker killed", 2),
    ("sweeper killed", 1),
    ("broker killed", 1),
    ("broker killed, its data lost", 1),
    ("database restarted in immediate mode", 1),
)


def test_a_hundred_submissions_survive_everything(
    services: Services, course: Course
) -> None:
    seats = seated(course, 100)
    outcome = run_chaos(
        services, seats, FAULTS, print, per_second=20.0, env=_environment()
    )

    assert outcome.accepted == outcome.law.submitted == outcome.law.graded == 100
    assert (outcome.lost, outcome.law.graded_twice, outcome.law.open) == (0, 0, 0)
    assert outcome.holds
    # The faults did happen, and hit work.
    assert {name: outcome.counts[name] for name, _ in FAULTS} == dict(FAULTS)
    assert outcome.counts["of these, with jobs in hand"] >= 1
    assert outcome.taken_back >= 1
    assert outcome.counts["bells dropped"] >= 5
    assert outcome.counts["bells doubled"] >= 5
    # One grade for each, and each is a verdict that was applied.
    assert GradeEvent.objects.values("submission").distinct().count() == 100
    assert GradeEvent.objects.count() == 100
    assert Verdict.objects.filter(is_superseded=False).count() == 100
