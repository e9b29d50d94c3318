from decimal import Decimal

import pytest

from quizzes.domain.reviewing import grade_manually
from tests import factories, observing
from tests.personas import World, make_world


def path(world: World) -> str:
    return f"/api/v1/submissions/{world.submission.uuid}/"


def grade(world: World) -> None:
    factories.drain()
    grade_manually(
        factories.job_of(world.submission),
        grader=world.people["instructor"],
        points={"kernel": Decimal(2), "stages": Decimal(1)},
        reason="All of it.",
    )


def test_a_queued_submission_tells_its_place_and_when_to_ask_again(
    world: World,
) -> None:
    answer = world.token("owner", "learner").get(path(world))

    document = answer.json()
    assert document.pop("received_at") is not None
    assert document == {
        "uuid": str(world.submission.uuid),
        "variant": str(world.variant.uuid),
        "attempt": str(world.attempt.uuid),
        "number": 1,
        "answer": {"text": "No second kernel."},
        "job": {"state": "queued", "position": 1, "is_final": False},
        "evidence": None,
    }
    assert answer["Retry-After"] == "1"


def test_what_waits_for_a_person_is_not_polled_each_second(world: World) -> None:
    factories.drain()
    answer = world.token("owner", "learner").get(path(world))

    assert answer.json()["job"] == {
        "state": "needs_grading",
        "position": None,
        "is_final": False,
    }
    assert answer["Retry-After"] == "300"


def test_a_final_submission_is_not_polled(world: World) -> None:
    grade(world)
    answer = world.token("owner", "learner").get(path(world))

    assert "Retry-After" not in answer
    document = answer.json()
    assert document["job"]["is_final"] is True
    evidence = document["evidence"]
    assert evidence["outcome"] == "correct"
    assert evidence["fraction"] == "1.00000"
    assert evidence["reason"] == "All of it."
    assert evidence["points"] == {"kernel": "2", "stages": "1"}
    assert evidence["provenance"]["question_version"] == str(world.version)


@pytest.mark.parametrize(
    ("person", "scope", "status"),
    [
        ("owner", "learner", 200),
        ("peer", "learner", 404),
        ("outsider", "learner", 404),
        ("instructor", "staff", 200),
        ("instructor", "learner", 404),
        ("admin", "staff", 200),
        ("lms", "lms", 403),
    ],
)
def test_who_reads_a_submission(
    world: World, person: str, scope: str, status: int
) -> None:
    grade(world)

    assert world.token(person, scope).get(path(world)).status_code == status


@pytest.fixture
def executed(db: None) -> World:
    """A world whose submission is graded by a run; a worker that observes is there."""
    observing.start_worker()
    found = make_world(executed=True)
    factories.drain()
    return found


def test_what_a_kernel_showed_stands_beside_what_was_simulated(
    executed: World,
) -> None:
    client = executed.token("owner", "learner")
    waiting = client.get(path(executed)).json()
    assert waiting["job"]["is_final"] is True
    assert waiting["evidence"]["observed"] == {
        "state": "queued",
        "worker": "",
        "kernel": "",
        "observed_at": None,
        "reason": "",
        "claims": [],
    }

    observing.observe_all()
    evidence = client.get(path(executed)).json()["evidence"]
    observed = evidence["observed"]
    assert observed.pop("observed_at") is not None
    (claim,) = observed.pop("claims")
    assert observed == {
        "state": "observed",
        "worker": "box:7",
        "kernel": observing.KERNEL,
        "reason": "",
    }
    panel = evidence["panels"][0]
    arms = claim.pop("arms")
    assert claim == {
        "option_key": panel["option_key"],
        "claim_text": panel["claim_text"],
        "simulated": panel["holds"],
        "observed": panel["holds"],
        "agrees": True,
        "reason": "",
        "guest_kernel": "",
    }
    assert [arm["arm"] for arm in arms] == [p["arm"] for p in evidence["panels"]]
    assert arms[0]["rows"] == [
        {
            "seq": 0,
            "time": 0.0015,
            "actor": "linux-1",
            "action": "execve",
            "outcome": "failed",
            "text": "/srv/app.exe: ENOEXEC (errno 8)",
            "is_deciding": False,
        }
    ]


@pytest.mark.parametrize(
    ("person", "scope", "status"),
    [
        ("owner", "learner", 200),
        ("peer", "learner", 404),
        ("outsider", "learner", 404),
        ("instructor", "staff", 200),
        ("instructor", "learner", 404),
    ],
)
def test_who_reads_what_a_kernel_showed(
    executed: World, person: str, scope: str, status: int
) -> None:
    observing.observe_all()
    answer = executed.token(person, scope).get(path(executed))
    assert answer.status_code == status
    assert (observing.KERNEL in answer.content.decode()) is (status == 200)


def test_without_a_worker_the_answer_says_why(db: None) -> None:
    observing.forget()
    found = make_world(executed=True)
    factories.drain()
    answer = found.token("owner", "learner").get(path(found)).json()
    observed = answer["evidence"]["observed"]
    assert observed["state"] is None
    assert observed["reason"] == "No worker that can observe is at work."


def test_a_text_has_no_observation(world: World) -> None:
    grade(world)
    answer = world.token("owner", "learner").get(path(world))
    assert answer.json()["evidence"]["observed"] is None
