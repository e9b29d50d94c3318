"""Publishing: the one gate for every way in."""

from typing import Any

from django.db import transaction

from quizzes.domain.clock import database_now
from quizzes.domain.errors import ConflictError, NotAllowedError
from quizzes.domain.proving import is_current
from quizzes.enums import VersionState
from quizzes.models import Proof, QuestionVersion, ScenarioVersion
from quizzes.rules import can_author


def publish_question(version: QuestionVersion, *, user: Any) -> QuestionVersion:
    """Publish a draft that has a held, current proof, and its scenario with it.

    ``user`` None is the loader of fixtures. A question without a scenario needs no
    proof. Publishing a published version changes nothing. Raises NotAllowedError
    (``not_an_author``), ConflictError (``no_proof``, ``retired``); the database
    itself refuses whatever would pass this function by.
    """
    if user is not None and not can_author(user, version.question.course):
        raise NotAllowedError(
            "not_an_author", "Only instructors of the course publish."
        )
    with transaction.atomic():
        locked = (
            QuestionVersion.objects.select_for_update(no_key=True, of=("self",))
            .select_related("question")
            .get(pk=version.pk)
        )
        if locked.state == VersionState.PUBLISHED:
            return locked
        if locked.state == VersionState.RETIRED:
            raise ConflictError("retired", "A retired version cannot be published.")
        proof = None
        if locked.scenario_version_id is not None:
            scenario = ScenarioVersion.objects.select_for_update(no_key=True).get(
                pk=locked.scenario_version_id
            )
            locked.scenario_version = scenario
            proof = current_proof(locked)
            if proof is None:
                raise ConflictError("no_proof", _why_not(locked))
            _publish_scenario(scenario)
        locked.state = VersionState.PUBLISHED
        locked.proof = proof
        locked.published_at = database_now()
        locked.save(update_fields=["state", "proof", "published_at"])
    return locked


def current_proof(version: QuestionVersion) -> Proof | None:
    """The newest proof that held for the version as it is now, or None."""
    for proof in version.proofs.select_related("question_version").order_by("-id"):
        proof.question_version = version
        if is_current(proof):
            return proof
    return None


def _publish_scenario(scenario: ScenarioVersion) -> None:
    if scenario.state != VersionState.DRAFT:
        return
    scenario.state = VersionState.PUBLISHED
    scenario.published_at = database_now()
    scenario.save(update_fields=["state", "published_at"])


def _why_not(version: QuestionVersion) -> str:
    last = version.proofs.order_by("-id").first()
    if last is None:
        return "This version has no proof: press Prove first."
    return (
        f"The last proof of this version is not one that holds now ({last.state}): "
        "prove it again."
    )
