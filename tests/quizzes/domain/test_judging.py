from dataclasses import replace
from decimal import Decimal

import pytest

from quizzes.domain.claiming import ClaimedJob
from quizzes.domain.judging import execute_variant, judge, spec_of
from quizzes.enums import JobState
from quizzes.execution.in_process import InProcessRunner
from quizzes.execution.null import NullRunner
from quizzes.execution.ports import RunnerFailedError, ScenarioBrokenError
from quizzes.specs import QuestionSpec
from tests import factories
from tests.desks import Desk, executed_desk, written_desk
from tests.quizzes.domain.grading_rows import claim

pytestmark = pytest.mark.django_db

CLAIMS = {"no_loader": True, "no_file": False, "it_runs": False, "next_thing": True}


def _claimed(desk: Desk, *chosen: str, text: str = "") -> ClaimedJob:
    desk.submit(*chosen, text=text)
    (job,) = claim()
    return job


@pytest.mark.parametrize(
    ("chosen", "fraction", "outcome"), [("a", 1, "correct"), ("b", 0, "incorrect")]
)
def test_the_run_decides(chosen: str, fraction: int, outcome: str) -> None:
    job = _claimed(executed_desk(), chosen)
    result = judge(job, InProcessRunner())
    assert (result.state, result.outcome) == (JobState.GRADED, outcome)
    assert result.fraction == fraction
    assert result.job is job
    assert result.executed is not None
    assert result.executed.truths == CLAIMS
    assert result.evidence["options"] == {"a": True, "b": False, "c": False}
    assert result.evidence["chosen"] == [chosen]
    claims = result.evidence["claims"]
    assert {name: claim["holds"] for name, claim in claims.items()} == CLAIMS
    (arm, seq), *_ = claims["no_loader"]["deciding"]
    assert (arm, type(seq)) == ("as_it_is", int)


def test_the_runner_gets_the_frozen_variant() -> None:
    desk = executed_desk()
    runner = NullRunner(CLAIMS)
    judge(_claimed(desk, "a"), runner)
    (execution,) = runner.executions
    scenario = desk.version.scenario_version
    assert scenario is not None
    assert (execution.source, execution.digest) == (scenario.source, scenario.digest)
    assert execution.params == desk.variant.params
    assert execution.seed == desk.variant.seed


def test_the_claims_of_the_run_are_the_key() -> None:
    """Another run, another right answer: nothing is stored as correct."""
    flipped = {**CLAIMS, "no_loader": False, "no_file": True}
    job = _claimed(executed_desk(), "b")
    assert judge(job, NullRunner(CLAIMS)).fraction == 0
    assert judge(job, NullRunner(flipped)).fraction == 1


def test_half_of_two_is_half() -> None:
    job = _claimed(executed_desk(text=factories.CHOICE_OF_TWO), "a")
    result = judge(job, InProcessRunner())
    assert (result.outcome, result.fraction) == ("partial", Decimal("0.5"))


def test_a_written_answer_waits_for_a_person() -> None:
    runner = NullRunner({})
    result = judge(_claimed(written_desk(), text="Because."), runner)
    assert (result.state, result.outcome) == (JobState.NEEDS_GRADING, "needs_grading")
    assert (result.fraction, result.executed) == (None, None)
    assert runner.executions == []
    assert result.evidence == {"options": {}, "chosen": [], "claims": {}}


def test_an_answer_that_cannot_be_graded_is_the_learner_fault() -> None:
    job = replace(_claimed(executed_desk(), "a"), answer={"chosen": ["z"]})
    runner = NullRunner(CLAIMS)
    result = judge(job, runner)
    assert (result.state, result.outcome) == (JobState.INVALID, "invalid")
    assert (result.fraction, result.executed) == (None, None)
    message = "One of the chosen options does not belong to this question."
    assert result.evidence == {"message": message}
    assert runner.executions == []


@pytest.mark.parametrize(
    "claims",
    [{"no_loader": True}, {**CLAIMS, "it_runs": True}, dict.fromkeys(CLAIMS, False)],
)
def test_a_run_that_does_not_decide_is_the_author_fault(
    claims: dict[str, bool],
) -> None:
    result = judge(_claimed(executed_desk(), "a"), NullRunner(claims))
    assert (result.state, result.outcome) == (JobState.BROKEN, "broken")
    assert result.fraction is None
    assert result.executed is not None
    assert set(result.evidence) == {"message"}


def test_a_scenario_that_cannot_run_is_the_author_fault() -> None:
    runner = NullRunner({}, error=ScenarioBrokenError("claim x reads nothing"))
    result = judge(_claimed(executed_desk(), "a"), runner)
    assert (result.state, result.executed) == (JobState.BROKEN, None)
    assert result.evidence == {"message": "claim x reads nothing"}


@pytest.mark.parametrize("error", [RunnerFailedError("away"), MemoryError(), OSError()])
def test_a_fault_of_the_platform_is_raised(error: Exception) -> None:
    job = _claimed(executed_desk(), "a")
    with pytest.raises(type(error)):
        judge(job, NullRunner({}, error=error))


def test_nothing_is_executed_without_a_scenario() -> None:
    assert execute_variant(None, {}, 0, NullRunner({})) is None


def test_a_published_spec_is_read_once(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    desk = executed_desk()
    job = _claimed(desk, "a")
    judge(job, NullRunner(CLAIMS))
    with django_assert_num_queries(0):  # type: ignore[operator]
        judge(job, NullRunner(CLAIMS))
    assert spec_of(desk.version.pk) == QuestionSpec.from_json(desk.version.spec)
