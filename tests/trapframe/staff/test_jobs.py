from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from quizzes.models import WorkerHeartbeat
from tests.instructors import People, kill, make_waiting


@pytest.fixture
def staff(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_dead_jobs_come_with_reason_and_failures(staff: Client, people: People) -> None:
    make_waiting(people)
    job = kill(make_waiting(people), "OSError('disk <full>')")
    response = staff.get(reverse("staff:dead-jobs"))
    assert list(response.context["jobs"]) == [job]
    page = response.content.decode()
    assert "OSError(&#x27;disk &lt;full&gt;&#x27;)" in page
    assert '<td class="number">3</td>' in page
    assert reverse("staff:retry", args=[job.uuid]) in page


def test_a_retry_queues_the_job_again(staff: Client, people: People) -> None:
    job = kill(make_waiting(people))
    response = staff.post(reverse("staff:retry", args=[job.uuid]))
    assert response["Location"] == reverse("staff:dead-jobs")
    assert said(response) == ["The job is queued again."]
    job.refresh_from_db()
    assert (job.state, job.failures) == ("queued", 0)


def test_a_job_that_is_not_dead_is_not_retried(staff: Client, people: People) -> None:
    job = make_waiting(people)
    response = staff.post(reverse("staff:retry", args=[job.uuid]))
    assert said(response) == ["This job is not dead any more."]
    job.refresh_from_db()
    assert job.state == "needs_grading"


def test_the_list_asks_as_often_for_thirty_rows_as_for_one(
    staff: Client,
    people: People,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            staff.get(reverse("staff:dead-jobs"))
        return len(captured)

    kill(make_waiting(people))
    few = queries()
    for _ in range(29):
        kill(make_waiting(people))
    assert queries() == few


def test_health_shows_lanes_workers_and_the_law(staff: Client, people: People) -> None:
    kill(make_waiting(people))
    make_waiting(people)
    WorkerHeartbeat.objects.all().delete()
    now = timezone.now()
    for worker, age in (("w1", 1), ("w2", 3600)):
        WorkerHeartbeat.objects.create(
            worker=worker, lane="bulk", seen_at=now - timedelta(seconds=age)
        )
    response = staff.get(reverse("staff:health"))
    law = response.context["law"]
    assert (law.submitted, law.graded, law.dead, law.open, law.holds) == (
        2,
        0,
        1,
        1,
        True,
    )
    assert [(beat.worker, alive) for beat, _, alive in response.context["beats"]] == [
        ("w1", True),
        ("w2", False),
    ]
    assert "Every lane is empty." in response.content.decode()


def test_health_shows_how_long_the_oldest_row_waits(
    staff: Client, people: People
) -> None:
    job = kill(make_waiting(people))
    staff.post(reverse("staff:retry", args=[job.uuid]))
    WorkerHeartbeat.objects.all().delete()
    response = staff.get(reverse("staff:health"))
    [lane] = response.context["lanes"]
    assert (lane.lane, lane.queued, lane.running) == ("interactive", 1, 0)
    assert "No worker has been seen." in response.content.decode()
