"""From a claimed job to a result: execute the scenario, ask the question type."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from quizzes.domain.claiming import ClaimedJob
from quizzes.enums import JobState
from quizzes.execution.ports import Executed, Execution, Runner, ScenarioBrokenError
from quizzes.models import QuestionVersion, ScenarioVersion
from quizzes.question_types.base import (
    BrokenQuestionError,
    Grade,
    InvalidAnswerError,
    Presentation,
)
from quizzes.question_types.registry import question_type
from quizzes.specs import QuestionSpec

REMEMBERED_VERSIONS = 512


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job: its next state, and the verdict if there is one."""

    job: ClaimedJob
    state: JobState
    outcome: str
    fraction: Decimal | None
    evidence: dict[str, Any]
    executed: Executed | None


def judge(job: ClaimedJob, runner: Runner) -> Result:
    """Grade one job from an execution of its scenario.

    A fault of the answer or of the question is a result; a fault of the platform
    (quizzes.execution.ports.RunnerFailedError or anything unforeseen) is raised.
    """
    spec = spec_of(job.question_version_id)
    kind = question_type(spec.type)
    presentation = Presentation.from_json(job.presentation)
    executed = None
    try:
        kind.parse_answer(spec, presentation, job.answer)
        executed = execute_variant(
            job.scenario_version_id, job.params, job.seed, runner
        )
        truths = executed.truths if executed else {}
        grade = kind.grade(spec, presentation, job.answer, truths)
    except InvalidAnswerError as error:
        return _fault(job, JobState.INVALID, error.message, executed)
    except (BrokenQuestionError, ScenarioBrokenError) as error:
        return _fault(job, JobState.BROKEN, str(error), executed)
    return _graded(job, grade, executed)


def execute_variant(
    scenario_version_id: int | None, params: dict[str, Any], seed: int, runner: Runner
) -> Executed | None:
    """Execute a variant of a scenario version; None for questions without one."""
    if scenario_version_id is None:
        return None
    source, digest = _scenario_text(scenario_version_id)
    return runner.execute(
        Execution(source=source, digest=digest, params=params, seed=seed)
    )


@lru_cache(maxsize=REMEMBERED_VERSIONS)
def spec_of(question_version_id: int) -> QuestionSpec:
    """The spec of a version that learners see: published, so it never changes."""
    spec = QuestionVersion.objects.values_list("spec", flat=True).get(
        pk=question_version_id
    )
    return QuestionSpec.from_json(spec)


@lru_cache(maxsize=REMEMBERED_VERSIONS)
def _scenario_text(scenario_version_id: int) -> tuple[str, str]:
    return ScenarioVersion.objects.values_list("source", "digest").get(
        pk=scenario_version_id
    )


def _graded(job: ClaimedJob, grade: Grade, executed: Executed | None) -> Result:
    state = JobState.NEEDS_GRADING if grade.fraction is None else JobState.GRADED
    claims = executed.claims if executed else {}
    return Result(
        job=job,
        state=state,
        outcome=grade.outcome.value,
        fraction=grade.fraction,
        evidence={
            "options": dict(grade.options),
            "chosen": list(grade.chosen),
            "claims": {name: claim.to_json() for name, claim in claims.items()},
        },
        executed=executed,
    )


def _fault(
    job: ClaimedJob, state: JobState, message: str, executed: Executed | None
) -> Result:
    return Result(
        job=job,
        state=state,
        outcome=state.value,
        fraction=None,
        evidence={"message": message},
        executed=executed,
    )
