from typing import Any

import pytest
from rest_framework.test import APIClient

from quizzes.models import Draft, Submission
from tests import factories
from tests.personas import World
from tests.trapframe.api.problems import assert_problem

TEXT = {"answer": {"text": "The kernel runs already."}}


@pytest.fixture
def fresh(world: World) -> str:
    """The address of a question that the peer has not answered yet."""
    attempt = factories.start(world.assessment, world.people["peer"])
    return f"/api/v1/variants/{factories.variant_of(attempt).uuid}/"


@pytest.fixture
def peer(world: World) -> APIClient:
    return world.token("peer", "learner")


def put_draft(client: APIClient, path: str, **body: Any) -> Any:
    return client.put(f"{path}draft/", body, format="json")


def submit(client: APIClient, path: str, body: Any = TEXT, key: str = "k1") -> Any:
    return client.post(
        f"{path}submissions/", body, format="json", headers={"Idempotency-Key": key}
    )


def test_a_question_as_its_learner_sees_it(
    world: World, fresh: str, peer: APIClient
) -> None:
    put_draft(peer, fresh, answer={"text": "The ker"}, seq=3)
    document = peer.get(fresh).json()

    assert document["draft"].pop("updated_at") is not None
    assert document == {
        "uuid": fresh.split("/")[-2],
        "attempt": document["attempt"],
        "type": "free_response",
        "control": "text",
        "prompt_html": "<p>Why do containers start fast?</p>\n",
        "choose": 0,
        "options": [],
        "max_words": document["max_words"],
        "question": {
            "number": 1,
            "title": "Say why",
            "variant": fresh.split("/")[-2],
            "state": "saved",
            "max_mark": "1.00",
            "mark": None,
            "tries_spent": 0,
            "tries_allowed": 2,
            "is_open": True,
            "is_revealed": False,
        },
        "draft": {"answer": {"text": "The ker"}, "seq": 3},
        "submissions": [],
    }


def test_a_question_names_its_submissions(world: World) -> None:
    path = f"/api/v1/variants/{world.variant.uuid}/"

    document = world.token("owner", "learner").get(path).json()
    assert document["submissions"] == [str(world.submission.uuid)]


def test_the_draft_with_the_highest_number_wins(fresh: str, peer: APIClient) -> None:
    put_draft(peer, fresh, answer={"text": "new"}, seq=5)
    late = put_draft(peer, fresh, answer={"text": "old"}, seq=4)

    assert (late.status_code, late.json()["seq"]) == (200, 5)
    assert late.json()["answer"] == {"text": "new"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"chosen": ["a"], "text": "x"},
        {"text": "x" * 40_001},
        {"chosen": ["a"] * 51},
        {"chosen": "a"},
        None,
    ],
)
def test_a_draft_that_cannot_be_kept(fresh: str, peer: APIClient, answer: Any) -> None:
    assert_problem(put_draft(peer, fresh, answer=answer, seq=1), 422, "invalid_input")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("seq", [-1, 2**63, "x", None])
def test_a_draft_number_that_is_none(fresh: str, peer: APIClient, seq: Any) -> None:
    answer = put_draft(peer, fresh, answer={"text": "x"}, seq=seq)

    assert_problem(answer, 422, "invalid_input")


def test_a_finished_attempt_takes_no_draft(world: World) -> None:
    client = world.token("owner", "learner")
    client.post(f"/api/v1/attempts/{world.attempt.uuid}/finish/")
    path = f"/api/v1/variants/{world.variant.uuid}/"

    answer = put_draft(client, path, answer={"text": "x"}, seq=1)
    assert_problem(answer, 409, "closed")


def test_submitting_stores_the_answer_and_queues_its_grading(
    fresh: str, peer: APIClient
) -> None:
    answer = submit(peer, fresh)

    assert answer.status_code == 202
    document = answer.json()
    assert document["answer"] == TEXT["answer"]
    # the owner's submission of the world stands before it
    assert document["job"] == {"state": "queued", "position": 2, "is_final": False}
    assert document["evidence"] is None
    assert answer["Retry-After"] == "1"
    assert answer["Location"] == (
        f"http://testserver/api/v1/submissions/{document['uuid']}/"
    )


def test_the_same_key_is_the_same_submission(fresh: str, peer: APIClient) -> None:
    first, second = submit(peer, fresh), submit(peer, fresh)

    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json()
    assert Submission.objects.filter(idempotency_key="k1").count() == 1


def test_the_same_key_with_another_answer_is_refused(
    fresh: str, peer: APIClient
) -> None:
    submit(peer, fresh)
    answer = submit(peer, fresh, {"answer": {"text": "Something else."}})

    assert_problem(answer, 409, "idempotency_mismatch")


def test_the_same_key_is_still_known_when_the_attempt_is_over(world: World) -> None:
    client = world.token("owner", "learner")
    client.post(f"/api/v1/attempts/{world.attempt.uuid}/finish/")
    path = f"/api/v1/variants/{world.variant.uuid}/"

    again = submit(client, path, {"answer": world.submission.answer}, key="first")
    assert (again.status_code, again.json()["uuid"]) == (
        200,
        str(world.submission.uuid),
    )
    assert_problem(submit(client, path, key="new"), 409, "closed")


def test_the_key_is_required(fresh: str, peer: APIClient) -> None:
    answer = peer.post(f"{fresh}submissions/", TEXT, format="json")

    assert_problem(answer, 400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["a b", "x" * 101, "é", "tab\there"])
def test_a_key_that_is_none(fresh: str, peer: APIClient, key: str) -> None:
    assert_problem(submit(peer, fresh, key=key), 422, "invalid_idempotency_key")


def test_while_one_answer_is_graded_no_other_is_taken(
    fresh: str, peer: APIClient
) -> None:
    submit(peer, fresh)

    assert_problem(submit(peer, fresh, key="k2"), 409, "grading_in_progress")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"text": "   "}, "empty"),
        ({"text": "word " * 2000}, "too_many_words"),
    ],
)
def test_an_answer_that_cannot_be_graded_costs_no_try(
    fresh: str, peer: APIClient, answer: dict[str, str], code: str
) -> None:
    assert_problem(submit(peer, fresh, {"answer": answer}), 422, code)
    assert peer.get(fresh).json()["question"]["tries_spent"] == 0


@pytest.mark.parametrize(
    ("person", "scope", "read", "write"),
    [
        ("owner", "learner", 200, 404),
        ("outsider", "learner", 404, 404),
        ("instructor", "staff", 200, 403),
        ("instructor", "learner", 404, 404),
        ("lms", "lms", 403, 403),
    ],
)
def test_who_works_on_a_question(
    world: World, fresh: str, person: str, scope: str, read: int, write: int
) -> None:
    """The question is the peer's; the owner is the peer's peer."""
    client = world.token(person, scope)

    own = f"/api/v1/variants/{world.variant.uuid}/"
    assert client.get(own).status_code == read
    assert put_draft(client, fresh, **TEXT, seq=1).status_code == write
    assert submit(client, fresh).status_code == write


def test_a_teachers_session_sees_but_does_not_answer(world: World, fresh: str) -> None:
    client = world.session("instructor")

    assert client.get(fresh).status_code == 200
    assert_problem(put_draft(client, fresh, **TEXT, seq=1), 403, "not_yours")
    assert_problem(submit(client, fresh), 403, "not_yours")
