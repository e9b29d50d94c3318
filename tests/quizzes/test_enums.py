from quizzes.enums import (
    OPEN_JOB_STATES,
    SPENT_JOB_STATES,
    GradeSource,
    InstanceState,
    JobState,
    Lane,
    Outcome,
    ProofState,
    QuestionState,
    Role,
)
from quizzes.question_types.base import Outcome as GradeOutcome


def test_four_faults_cost_no_try() -> None:
    assert set(JobState) - set(SPENT_JOB_STATES) == {
        JobState.INVALID,
        JobState.BROKEN,
        JobState.DEAD,
        JobState.SUPERSEDED,
    }


def test_open_jobs_wait_for_somebody() -> None:
    assert OPEN_JOB_STATES == ("queued", "running", "needs_grading")
    assert set(SPENT_JOB_STATES) - set(OPEN_JOB_STATES) == {"graded"}


def test_a_verdict_knows_every_outcome_of_a_grade() -> None:
    names = {outcome.value for outcome in GradeOutcome} - {"needs_grading"}
    assert names | {"invalid", "broken"} == set(Outcome.values)
    assert names < set(QuestionState.values)


def test_stored_words_stay_as_they_are() -> None:
    """They are in rows, in the API and in exports."""
    assert Role.values == ["learner", "instructor"]
    assert InstanceState.values == ["in_progress", "finished"]
    assert Lane.values == ["interactive", "bulk"]
    assert GradeSource.values == ["auto", "manual", "regrade"]
    assert ProofState.values == [
        "queued",
        "running",
        "held",
        "failed",
        "canceled",
        "dead",
    ]
