import pytest

from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.observing_proofs import request_for_proof
from quizzes.models import Observation
from tests import observing
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db


def test_an_author_asks_for_the_first_variants_of_a_proof() -> None:
    desk = executed_desk()
    observing.start_worker()
    proof = desk.version.proof
    assert proof is not None
    queued = request_for_proof(proof, user=desk.instructor)
    assert [row.params for row in queued] == [row["params"] for row in proof.matrix]
    assert request_for_proof(proof, user=desk.instructor) == []


def test_an_observation_for_an_author_serves_the_learner_too() -> None:
    desk = executed_desk()
    observing.start_worker()
    proof = desk.version.proof
    assert proof is not None
    request_for_proof(proof, user=desk.instructor)
    before = Observation.objects.count()
    desk.graded("b")
    assert Observation.objects.count() == before


def test_only_authors_ask_and_only_where_somebody_can_look() -> None:
    desk = executed_desk()
    proof = desk.version.proof
    assert proof is not None
    with pytest.raises(NotAllowedError, match="Only instructors"):
        request_for_proof(proof, user=desk.learner)
    with pytest.raises(ConflictError, match="start one for the live queues"):
        request_for_proof(proof, user=desk.instructor)
    proof.scenario_digest = "of another text"
    with pytest.raises(ConflictError, match="was edited since"):
        request_for_proof(proof, user=desk.instructor)
