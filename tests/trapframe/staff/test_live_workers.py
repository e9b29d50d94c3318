import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.enums import LiveQueue
from tests import observing
from tests.instructors import People

PAGE = "staff:live-workers"


@pytest.fixture
def staff(client: Client, people: People) -> Client:
    client.force_login(people.instructor)
    return client


def test_without_a_worker_the_page_says_how_to_start_one(staff: Client) -> None:
    page = staff.get(reverse(PAGE)).content.decode()
    assert "celery -A trapframe worker -Q live-exec,live-containers,live-guest" in page


def test_each_worker_is_shown_with_what_it_can_do(staff: Client) -> None:
    observing.start_worker(
        "live@old",
        queues=(LiveQueue.PROGRAMS,),
        silent_seconds=3600,
        containers="user namespaces are <off>",
    )
    observing.start_worker("live@new")
    response = staff.get(reverse(PAGE))
    rows = [(worker.worker, alive) for worker, _, alive in response.context["rows"]]
    assert rows == [("live@new", True), ("live@old", False)]
    page = response.content.decode()
    assert f"<dt>Kernel</dt><dd>{observing.KERNEL}, x86_64</dd>" in page
    assert "user namespaces are &lt;off&gt;" in page
    assert ", ".join(f"<code>{queue}</code>" for queue in LiveQueue) in page
    assert page.count("</span> no</td>") == 1
    assert page.count("</span> yes</td>") == 9


def test_a_worker_that_takes_nothing_says_so(staff: Client) -> None:
    observing.start_worker(queues=())
    page = staff.get(reverse(PAGE)).content.decode()
    assert "no queue: its machine allows none" in page


def test_the_list_asks_as_often_for_thirty_rows_as_for_one(
    staff: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(100) as captured:
            staff.get(reverse(PAGE))
        return len(captured)

    observing.start_worker("live@0")
    few = queries()
    for number in range(1, 30):
        observing.start_worker(f"live@{number}")
    assert queries() == few
