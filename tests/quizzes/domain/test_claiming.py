import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from quizzes.domain.claiming import ClaimedJob, claim_jobs
from quizzes.domain.clock import database_now
from quizzes.enums import JobState, Lane
from quizzes.models import GradingJob, Submission
from tests import factories
from tests.desks import Desk, executed_desk, make_desk, written_desk
from tests.quizzes.domain.grading_rows import claim, expire_leases
from tests.racing import race

pytestmark = pytest.mark.django_db


def _submissions(desk: Desk, count: int) -> list[Submission]:
    """Answers of so many learners, oldest first."""
    instances = [
        factories.start(desk.assessment, factories.make_user()) for _ in range(count)
    ]
    return [
        factories.submit(factories.variant_of(instance), {"chosen": ["a"]})
        for instance in instances
    ]


def test_a_claim_carries_all_that_grading_needs() -> None:
    desk = executed_desk()
    submission = desk.submit("b")
    before = database_now()
    (claimed,) = claim(worker="host:7", lease_seconds=12.5)
    job = GradingJob.objects.get()
    variant = desk.variant
    assert claimed == ClaimedJob(
        id=job.pk,
        token=1,
        started_at=job.started_at,  # type: ignore[arg-type]
        submission_id=submission.pk,
        submission_uuid=submission.uuid,
        answer={"chosen": ["b"]},
        variant_id=variant.pk,
        instance_question_id=variant.instance_question_id,
        question_version_id=desk.version.pk,
        scenario_version_id=desk.version.scenario_version_id,
        seed=variant.seed,
        params=variant.params,
        params_digest=variant.params_digest,
        presentation=variant.presentation,
    )
    assert (job.state, job.token, job.worker) == (JobState.RUNNING, 1, "host:7")
    assert job.started_at is not None
    assert job.lease_until is not None
    assert before < job.started_at < database_now()
    lease = job.lease_until - job.started_at
    assert timedelta(seconds=12.4) < lease < timedelta(seconds=12.6)


def test_a_written_answer_has_no_scenario() -> None:
    desk = written_desk()
    desk.submit(text="Because.")
    (claimed,) = claim()
    assert claimed.scenario_version_id is None
    assert (claimed.params, claimed.answer) == ({}, {"text": "Because."})


def test_the_oldest_come_first_up_to_the_limit() -> None:
    submissions = _submissions(executed_desk(), 5)
    first = claim(limit=2)
    assert [job.submission_id for job in first] == [s.pk for s in submissions[:2]]
    rest = claim()
    assert [job.submission_id for job in rest] == [s.pk for s in submissions[2:]]
    assert claim() == []


def test_a_lane_is_claimed_alone() -> None:
    desk = executed_desk()
    desk.submit("a")
    assert claim(lane="bulk") == []
    GradingJob.objects.update(lane=Lane.BULK)
    assert claim() == []
    assert len(claim(lane="bulk")) == 1


def test_a_resting_job_is_left_alone() -> None:
    desk = executed_desk()
    desk.submit("a")
    GradingJob.objects.update(available_at=database_now() + timedelta(seconds=5))
    assert claim() == []
    GradingJob.objects.update(available_at=database_now())
    assert len(claim()) == 1


def test_suspects_are_claimed_apart() -> None:
    submissions = _submissions(executed_desk(), 2)
    GradingJob.objects.filter(submission=submissions[0]).update(failures=1)
    trusted = claim()
    assert [job.submission_id for job in trusted] == [submissions[1].pk]
    suspects = claim(suspects=True)
    assert [job.submission_id for job in suspects] == [submissions[0].pk]


@pytest.mark.parametrize("state", sorted({*JobState.values} - {"queued", "running"}))
def test_only_queued_jobs_are_claimed(state: str) -> None:
    executed_desk().submit("a")
    GradingJob.objects.update(state=state)
    assert claim() == []
    assert claim(suspects=True) == []


def test_a_running_job_is_not_claimed_even_when_its_lease_is_over() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    assert claim() == []
    assert GradingJob.objects.get().token == 1


def test_each_claim_turns_the_token() -> None:
    executed_desk().submit("a")
    assert claim()[0].token == 1
    GradingJob.objects.update(state="queued", lease_until=None)
    assert claim(worker="w2")[0].token == 2
    job = GradingJob.objects.get()
    assert (job.token, job.worker) == (2, "w2")


@pytest.mark.django_db(transaction=True)
def test_forty_workers_never_share_a_job() -> None:
    desk = executed_desk()
    _submissions(desk, 30)
    calls = [lambda n=n: claim(worker=f"w{n}", limit=2) for n in range(40)]
    results = race(calls)
    taken = [job.id for jobs in results for job in jobs]
    assert len(taken) == len(set(taken))
    taken += [job.id for job in claim(limit=40)]
    assert sorted(taken) == list(
        GradingJob.objects.order_by("id").values_list("id", flat=True)
    )
    assert set(GradingJob.objects.values_list("token", flat=True)) == {1}


def _heard(wanted: int) -> list[dict[str, Any]]:
    """The notifications that this listening connection has got."""
    connection.ensure_connection()
    assert connection.connection is not None
    found = connection.connection.notifies(timeout=30, stop_after=wanted)
    return [json.loads(notify.payload) for notify in found]


@pytest.mark.django_db(transaction=True)
def test_browsers_hear_of_claims_once_for_a_batch_of_any_size() -> None:
    """A notification holds less than 8,000 bytes, a batch may be larger."""
    desk = make_desk(factories.make_free_response(factories.make_course()))
    variant = desk.variant
    submissions = Submission.objects.bulk_create(
        Submission(
            variant=variant,
            number=number,
            idempotency_key=str(number),
            answer={"text": "x"},
            received_at=database_now(),
        )
        for number in range(300)
    )
    GradingJob.objects.bulk_create(
        GradingJob(submission=submission, lane="interactive")
        for submission in submissions
    )
    with connection.cursor() as cursor:
        cursor.execute("LISTEN trapframe")
    assert len(claim(limit=300)) == 300
    payloads = _heard(2)
    assert [payload["kind"] for payload in payloads] == ["job", "job"]
    heard = [uuid for payload in payloads for uuid in payload["ids"]]
    assert sorted(heard) == sorted(str(s.uuid) for s in submissions)
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")


@pytest.mark.django_db(transaction=True)
def test_an_empty_claim_tells_nobody() -> None:
    desk = executed_desk()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN trapframe")
    assert claim() == []
    desk.submit("a")
    with transaction.atomic():
        claim_jobs("interactive", worker="w", limit=5, lease_seconds=30, suspects=False)
    payloads = _heard(1)
    assert payloads == [
        {"kind": "job", "ids": [str(Submission.objects.get().uuid)]},
    ]
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")
