import pytest

from quizzes.execution.null import NullRunner
from quizzes.execution.ports import Executed, ExecutedClaim, Execution

EXECUTION = Execution(source="x", digest="d", params={"a": 1}, seed=3)


def test_it_answers_what_it_was_given() -> None:
    runner = NullRunner({"a": True, "b": False})
    assert runner.execute(EXECUTION) == Executed(
        simulator_version="null",
        claims={
            "a": ExecutedClaim(holds=True, deciding=()),
            "b": ExecutedClaim(holds=False, deciding=()),
        },
        arms=(),
    )
    assert runner.executions == [EXECUTION]


def test_it_raises_what_it_was_given() -> None:
    error = ValueError("so")
    runner = NullRunner({}, error=error)
    with pytest.raises(ValueError, match="so") as raised:
        runner.execute(EXECUTION)
    assert raised.value is error
    assert runner.executions == [EXECUTION]
