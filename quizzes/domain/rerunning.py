"""Re-running a verdict: from its provenance alone it must come out identical."""

from dataclasses import dataclass

from quizzes.domain.claiming import ClaimedJob
from quizzes.domain.errors import ConflictError
from quizzes.domain.judging import Result, judge
from quizzes.execution.in_process import FreshRunner
from quizzes.execution.ports import Runner
from quizzes.models import Verdict


@dataclass(frozen=True, slots=True)
class RerunReport:
    """What a re-run found: nothing in ``differences`` when it came out identical."""

    verdict: Verdict
    simulator_version: str
    differences: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """True if every compared thing is the same."""
        return not self.differences


def rerun_verdict(verdict: Verdict, *, runner: Runner | None = None) -> RerunReport:
    """Grade the submission again from what the verdict names, and compare.

    Nothing is stored. Raises ConflictError (``graded_by_a_person``).
    """
    if verdict.scenario_version_id is None:
        raise ConflictError(
            "graded_by_a_person", "A person gave this verdict: there is no run."
        )
    result = judge(_job_of(verdict), runner or FreshRunner())
    executed = result.executed
    version = executed.simulator_version if executed else ""
    return RerunReport(
        verdict=verdict,
        simulator_version=version,
        differences=tuple(_differences(verdict, result, version)),
    )


def _job_of(verdict: Verdict) -> ClaimedJob:
    submission = verdict.job.submission
    variant = submission.variant
    return ClaimedJob(
        id=verdict.job_id,
        token=verdict.token,
        started_at=verdict.finished_at,
        submission_id=submission.pk,
        submission_uuid=submission.uuid,
        answer=submission.answer,
        variant_id=variant.pk,
        instance_question_id=variant.instance_question_id,
        question_version_id=verdict.question_version_id,
        scenario_version_id=verdict.scenario_version_id,
        seed=verdict.seed,
        params=variant.params,
        params_digest=verdict.params_digest,
        presentation=variant.presentation,
    )


def _differences(verdict: Verdict, result: Result, version: str) -> list[str]:
    traces = result.executed.trace_hashes if result.executed else {}
    pairs = {
        "simulator version": (verdict.simulator_version, version),
        "outcome": (verdict.outcome, result.outcome),
        "fraction": (verdict.fraction, result.fraction),
        "evidence": (verdict.evidence, result.evidence),
    }
    arms = sorted({*verdict.trace_hashes, *traces})
    for arm in arms:
        pairs[f"trace of arm {arm}"] = (verdict.trace_hashes.get(arm), traces.get(arm))
    return [
        f"{name}: {before} before, {after} now"
        for name, (before, after) in pairs.items()
        if before != after
    ]
