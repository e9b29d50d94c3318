"""Real workers, a real broker, a real database; and learners before questions."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from quizzes.domain.queries.queue import conservation
from quizzes.enums import Lane
from quizzes.models import Course
from tests import factories
from tests.chaos.run import LEASE_SECONDS
from tests.live import _environment
from tests.trial.classroom import Seat, seat_learners
from tests.trial.stack import running, wait_for_workers
from trapframe.embedded import Services
from trapframe.ops import processes
from trapframe.ops.supervisor import Supervisor

QuickWorkers = Callable[[], AbstractContextManager[Supervisor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/pipeline/" in str(item.path):
            item.add_marker(pytest.mark.pipeline)


@pytest.fixture
def services(embedded_services: Services | None) -> Iterator[Services]:
    """The services of this session; tests may hurt them, they are whole after each."""
    if embedded_services is None:
        pytest.fail("these tests kill services: unset DATABASE_URL")
    yield embedded_services
    embedded_services.revive()


@pytest.fixture
def course(transactional_db: None) -> Course:
    return factories.make_course()


@pytest.fixture
def seats(course: Course) -> list[Seat]:
    """Forty learners before the same executed question, each with a wrong answer."""
    return seated(course, 40)


@pytest.fixture
def quick_workers(transactional_db: None) -> QuickWorkers:
    """Workers of the interactive lane and a sweeper of one's own, with short leases."""
    env = {**_environment(), "TRAPFRAME_LEASE_SECONDS": str(LEASE_SECONDS)}

    @contextmanager
    def start() -> Iterator[Supervisor]:
        own = [processes.worker(Lane.INTERACTIVE, 2, env), processes.sweeper(env)]
        with running(own, print) as supervisor:
            wait_for_workers([Lane.INTERACTIVE])
            yield supervisor

    return start


@pytest.fixture
def lawful(transactional_db: None) -> Iterator[None]:
    """After the test the law of conservation holds and nothing is open."""
    yield
    law = conservation()
    assert law.holds
    assert law.open == 0


def seated(course: Course, learners: int) -> list[Seat]:
    question = factories.make_executed(course).question
    assessment = factories.make_assessment(course, question, tries_per_question=100)
    return seat_learners(assessment, learners)
