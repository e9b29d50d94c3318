"""The same request at the same moment, several times: one effect, no error."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from quizzes.domain.enrolling import enrol
from quizzes.models import AssessmentInstance, Draft, GradingJob, Submission
from tests import factories
from tests.personas import World, make_world
from trapframe.accounts.models import ExternalIdentity, User

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 5


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def together(ask: Callable[[int], Any]) -> Sequence[Any]:
    """The answers of requests that leave at the same moment."""
    gate = Barrier(AT_ONCE)

    def one(number: int) -> Any:
        gate.wait(timeout=30)
        try:
            return ask(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def statuses(answers: Sequence[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def test_one_learner_is_brought(world: World) -> None:
    clients = [world.token("lms", "lms") for _ in range(AT_ONCE)]
    body = {"external_id": "ada", "name": "Ada Lovelace"}

    def bring(number: int) -> Any:
        return clients[number].post("/api/v1/lms/learners/", body, format="json")

    answers = together(bring)
    assert statuses(answers) == {201: 1, 200: AT_ONCE - 1}
    assert len({answer.content for answer in answers}) == 1
    assert ExternalIdentity.objects.filter(external_id="ada").count() == 1
    # an account that lost the race is not left behind
    assert User.objects.filter(first_name="Ada Lovelace").count() == 1


def test_one_attempt_is_started(world: World) -> None:
    clients = [world.token("peer", "learner") for _ in range(AT_ONCE)]
    course, assessment = world.course.key, world.assessment.key
    path = f"/api/v1/courses/{course}/assessments/{assessment}/attempts/"

    answers = together(lambda number: clients[number].post(path))
    assert set(statuses(answers)) <= {200, 201}
    assert len({answer.json()["uuid"] for answer in answers}) == 1
    assert AssessmentInstance.objects.filter(user=world.people["peer"]).count() == 1


def test_one_answer_is_stored_for_one_key(world: World) -> None:
    attempt = factories.start(world.assessment, world.people["peer"])
    variant = factories.variant_of(attempt)
    clients = [world.token("peer", "learner") for _ in range(AT_ONCE)]

    def submit(number: int) -> Any:
        return clients[number].post(
            f"/api/v1/variants/{variant.uuid}/submissions/",
            {"answer": {"text": "The kernel runs already."}},
            format="json",
            headers={"Idempotency-Key": "one"},
        )

    answers = together(submit)
    assert statuses(answers) == {202: 1, 200: AT_ONCE - 1}
    assert len({answer.json()["uuid"] for answer in answers}) == 1
    assert Submission.objects.filter(variant=variant).count() == 1
    assert GradingJob.objects.filter(submission__variant=variant).count() == 1


def test_of_different_answers_one_is_taken(world: World) -> None:
    attempt = factories.start(world.assessment, world.people["peer"])
    variant = factories.variant_of(attempt)
    clients = [world.token("peer", "learner") for _ in range(AT_ONCE)]

    def submit(number: int) -> Any:
        return clients[number].post(
            f"/api/v1/variants/{variant.uuid}/submissions/",
            {"answer": {"text": f"Answer {number}."}},
            format="json",
            headers={"Idempotency-Key": f"key-{number}"},
        )

    answers = together(submit)
    assert statuses(answers) == {202: 1, 409: AT_ONCE - 1}
    refused = {a.json()["code"] for a in answers if a.status_code == 409}
    assert refused == {"grading_in_progress"}
    assert Submission.objects.filter(variant=variant).count() == 1


def test_the_newest_draft_is_kept(world: World) -> None:
    attempt = factories.start(world.assessment, world.people["peer"])
    variant = factories.variant_of(attempt)
    clients = [world.token("peer", "learner") for _ in range(AT_ONCE)]

    def draft(number: int) -> Any:
        return clients[number].put(
            f"/api/v1/variants/{variant.uuid}/draft/",
            {"answer": {"text": f"Text {number}."}, "seq": number},
            format="json",
        )

    answers = together(draft)
    assert statuses(answers) == {200: AT_ONCE}
    kept = Draft.objects.get(variant=variant)
    assert (kept.seq, kept.answer) == (AT_ONCE - 1, {"text": f"Text {AT_ONCE - 1}."})


def test_finishing_while_an_answer_arrives_loses_nothing(world: World) -> None:
    attempt = factories.start(world.assessment, world.people["peer"])
    variant = factories.variant_of(attempt)
    clients = [world.token("peer", "learner") for _ in range(AT_ONCE)]

    def act(number: int) -> Any:
        if number % 2:
            return clients[number].post(f"/api/v1/attempts/{attempt.uuid}/finish/")
        return clients[number].post(
            f"/api/v1/variants/{variant.uuid}/submissions/",
            {"answer": {"text": "Just in time."}},
            format="json",
            headers={"Idempotency-Key": "just-in-time"},
        )

    answers = together(act)
    taken = [a for a in answers if a.status_code == 202 or "job" in a.json()]
    stored = Submission.objects.filter(variant=variant)
    assert stored.count() == (1 if taken else 0)
    attempt.refresh_from_db()
    assert attempt.state == "finished"


def test_a_learner_is_enrolled_once(world: World) -> None:
    user = factories.make_user()
    ExternalIdentity.objects.create(
        owner=world.people["lms"], external_id="new", user=user
    )
    clients = [world.token("lms", "lms") for _ in range(AT_ONCE)]
    body = {"external_id": "new", "course": world.course.key}

    def add(number: int) -> Any:
        return clients[number].post("/api/v1/lms/enrolments/", body, format="json")

    assert statuses(together(add)) == {200: AT_ONCE}
    assert enrol(world.course, user=user).role == "learner"
    assert world.course.enrolments.filter(user=user).count() == 1
