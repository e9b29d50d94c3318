"""Where a version stands on its way out: proved or not, and what to do next."""

from dataclasses import dataclass

from quizzes.domain.proving import is_current
from quizzes.enums import ProofState, VersionState
from quizzes.models import Proof, QuestionVersion

OPEN = (ProofState.QUEUED, ProofState.RUNNING)
_NEXT = {
    ProofState.HELD: "The text, the scenario or the simulator has changed since the "
    "last proof held. Press Prove again.",
    ProofState.FAILED: "The last proof failed. Read its counterexamples, mend the "
    "text, then press Prove again.",
    ProofState.CANCELED: "The last proof was canceled. Press Prove.",
    ProofState.DEAD: "The last proof could not be run, which is the platform's fault, "
    "not the text's. Press Prove again.",
}
_UNDER_WAY = "A proof is under way. Publish once it has held."


@dataclass(frozen=True, slots=True)
class Standing:
    version: QuestionVersion
    last_proof: Proof | None
    current_proof: Proof | None
    why_not: str
    """Why it cannot be published now, and what to do; empty where it can."""

    @property
    def can_publish(self) -> bool:
        return not self.why_not

    @property
    def can_prove(self) -> bool:
        return self.version.scenario_version is not None


def standing(version: QuestionVersion) -> Standing:
    """From the version's proofs, newest first; one query where none are prefetched."""
    proofs = list(version.proofs.all())
    for proof in proofs:
        proof.question_version = version
    current = next((proof for proof in proofs if is_current(proof)), None)
    last = proofs[0] if proofs else None
    return Standing(version, last, current, _why_not(version, current, last))


def _why_not(
    version: QuestionVersion, current: Proof | None, last: Proof | None
) -> str:
    if version.state == VersionState.PUBLISHED:
        return "This version is published already."
    if version.state == VersionState.RETIRED:
        return "This version is retired. Edit it: saving makes a new draft."
    if version.scenario_version is None or current:
        return ""
    if last is None:
        return "This version has no proof yet. Press Prove first."
    return _UNDER_WAY if last.state in OPEN else _NEXT[ProofState(last.state)]
