import json
import zlib
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

import simulator
from quizzes.execution import in_process
from quizzes.execution.in_process import FreshRunner, InProcessRunner, scenario_of
from quizzes.execution.ports import (
    Execution,
    Runner,
    RunnerFailedError,
    ScenarioBrokenError,
)

RUNNERS = [InProcessRunner(), FreshRunner()]


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The evaluations that really happened."""
    seen: list[Any] = []
    evaluate = simulator.evaluate

    def noting(*args: Any, **options: Any) -> simulator.Evaluation:
        seen.append(args)
        return evaluate(*args, **options)

    monkeypatch.setattr(simulator, "evaluate", noting)
    return seen


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_arm_runs_and_every_claim_is_judged(
    runner: Runner, execution: Execution
) -> None:
    executed = runner.execute(execution)
    assert executed.simulator_version == simulator.SIMULATOR_VERSION
    assert executed.truths == {
        "no_loader": True,
        "next_thing": True,
        "no_file": False,
        "it_runs": False,
    }
    evaluation = simulator.evaluate(
        simulator.load_scenario(execution.source), execution.params, seed=1
    )
    assert executed.trace_hashes == {
        name: run.trace_hash for name, run in evaluation.runs.items()
    }
    deciding = evaluation.claims["no_loader"].deciding
    assert executed.claims["no_loader"].deciding == tuple(
        (event.arm, event.seq) for event in deciding
    )
    for arm in executed.arms:
        document = json.loads(zlib.decompress(arm.document))
        assert simulator.Run.from_json(document).trace_hash == arm.trace_hash


def test_a_worker_remembers_what_it_ran(
    execution: Execution, evaluations: list[Any]
) -> None:
    runner = InProcessRunner()
    first = runner.execute(execution)
    reordered = replace(execution, params=dict(reversed(execution.params.items())))
    assert runner.execute(reordered) is first
    assert InProcessRunner().execute(execution) is first
    assert len(evaluations) == 1
    runner.execute(replace(execution, seed=2))
    other = "5.15" if execution.params["kernel"] == "6.1" else "6.1"
    runner.execute(replace(execution, params={"kernel": other}))
    assert len(evaluations) == 3


def test_a_fresh_run_remembers_nothing(
    execution: Execution, evaluations: list[Any]
) -> None:
    first = InProcessRunner().execute(execution)
    again = FreshRunner().execute(execution)
    assert again == first
    assert again is not first
    FreshRunner().execute(execution)
    assert len(evaluations) == 3


def test_a_changed_mechanism_is_seen_in_version_and_traces(
    execution: Execution,
) -> None:
    before = FreshRunner().execute(execution)
    loaders = ["misc", "script", "elf", "pe"]
    with simulator.altered({"kernel.linux.loaders": loaders}):
        after = FreshRunner().execute(execution)
    assert (before.truths["no_loader"], after.truths["no_loader"]) == (True, False)
    assert after.simulator_version.startswith(f"{before.simulator_version}+altered.")
    assert before.trace_hashes["as_it_is"] != after.trace_hashes["as_it_is"]


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(
    ("field", "value"),
    [("params", {"kernel": "4.0"}), ("params", {}), ("source", "key: [")],
)
def test_what_cannot_run_is_the_author_fault(
    runner: Runner, execution: Execution, field: str, value: Any
) -> None:
    with pytest.raises(ScenarioBrokenError) as raised:
        runner.execute(replace(execution, **{field: value}))
    assert str(raised.value) != ""
    assert isinstance(raised.value.__cause__, simulator.SimulatorError)


def test_a_run_over_its_budget_is_the_platform_fault(
    execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate has proved that it fits, so this machine is too slow."""
    slow = SimpleNamespace(within_budget=False, claims={}, runs={})
    monkeypatch.setattr(in_process.simulator, "evaluate", lambda *_, **__: slow)
    with pytest.raises(RunnerFailedError, match="went over its budget"):
        InProcessRunner().execute(execution)
    monkeypatch.undo()
    assert InProcessRunner().execute(execution).truths["no_loader"] is True


def test_a_scenario_is_parsed_once(execution: Execution) -> None:
    assert scenario_of(execution.source) is scenario_of(execution.source)
    with pytest.raises(simulator.ScenarioError):
        scenario_of("key: 3")
