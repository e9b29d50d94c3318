import pytest

from quizzes.domain.observing_proofs import request_for_proof
from quizzes.domain.queries.fidelity import Fidelity, fidelity_of, live_workers
from quizzes.models import Observation, Proof
from tests import observing
from tests.desks import executed_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def proof() -> Proof:
    """A proof of two variants; both are queued for observation."""
    observing.start_worker()
    desk = executed_desk()
    assert desk.version.proof is not None
    request_for_proof(desk.version.proof, user=desk.instructor)
    return desk.version.proof


def _fidelity(proof: Proof) -> Fidelity:
    return fidelity_of(proof.scenario_version, proof.scenario_digest)


def test_nothing_was_seen_yet(proof: Proof) -> None:
    assert _fidelity(proof) == Fidelity(0, 2, (), None, ())
    assert (_fidelity(proof).judged, _fidelity(proof).agreed) == (0, 0)


def test_each_claim_is_counted_over_the_variants(proof: Proof) -> None:
    kernel = observing.FakeKernel(untold={"it_runs": "it reads events"})
    observing.observe_all(kernel, worker="box:7")
    fidelity = _fidelity(proof)
    assert (fidelity.variants, fidelity.waiting) == (2, 0)
    assert fidelity.hosts == (f"box, kernel {observing.KERNEL}",)
    assert fidelity.last_at == Observation.objects.latest("finished_at").finished_at
    claims = {claim.claim: claim for claim in fidelity.claims}
    assert list(claims) == ["no_loader", "next_thing", "no_file", "it_runs"]
    told, untold = claims["no_loader"], claims["it_runs"]
    assert (told.text, told.judged, told.agreed) == (
        "no binary loader takes the file",
        2,
        2,
    )
    assert (told.agrees, told.reason) == (True, "")
    assert (untold.judged, untold.agrees) == (0, None)
    assert untold.reason == "it reads events"
    assert (fidelity.judged, fidelity.agreed) == (3, 3)


def test_a_claim_that_differs_once_does_not_agree(proof: Proof) -> None:
    observing.observe_all(observing.FakeKernel(differs=frozenset({"no_file"})))
    claims = {claim.claim: claim for claim in _fidelity(proof).claims}
    assert claims["no_file"].agrees is False
    assert (_fidelity(proof).judged, _fidelity(proof).agreed) == (4, 3)


def test_the_newest_look_at_a_variant_counts(proof: Proof) -> None:
    observing.observe_all(observing.FakeKernel(differs=frozenset({"no_file"})))
    for row in Observation.objects.all():
        row.pk, row.uuid = None, Observation().uuid
        row.claims["no_file"]["live"] = row.claims["no_file"]["model"]
        row.save(force_insert=True)
    assert _fidelity(proof).variants == 2
    assert _fidelity(proof).agreed == 4


def test_another_text_of_the_scenario_tells_nothing(proof: Proof) -> None:
    observing.observe_all()
    assert fidelity_of(proof.scenario_version, "another").variants == 0


def test_a_claim_without_its_text_keeps_its_name(proof: Proof) -> None:
    observing.observe_all()
    for row in Observation.objects.all():
        row.claims = {"renamed": row.claims["no_file"]}
        row.save()
    (claim,) = _fidelity(proof).claims
    assert (claim.claim, claim.text) == ("renamed", "")


def test_workers_come_latest_first() -> None:
    old = observing.start_worker("live@old", silent_seconds=500)
    new = observing.start_worker("live@new")
    assert list(live_workers()) == [new, old]
