"""The simulator in this process: milliseconds, deterministic, remembered."""

import json
import zlib
from functools import lru_cache

import simulator
from quizzes.execution.ports import (
    Executed,
    ExecutedArm,
    ExecutedClaim,
    Execution,
    RunnerFailedError,
    ScenarioBrokenError,
)

# A run is a function of its scenario, parameters, seed and the simulator's version,
# so a worker remembers what it ran: about 20 KB each.
REMEMBERED_RUNS = 1024
REMEMBERED_SCENARIOS = 128


class InProcessRunner:
    """Runs the simulator here and remembers the latest results."""

    def execute(self, execution: Execution) -> Executed:
        """Run every arm and judge every claim, or recall that it was done before."""
        params = json.dumps(execution.params, sort_keys=True)
        return _execute(execution.source, params, execution.seed)


class FreshRunner:
    """Runs the simulator here and remembers nothing: for re-runs that must agree."""

    def execute(self, execution: Execution) -> Executed:
        """Run every arm and judge every claim, whatever was run before."""
        params = json.dumps(execution.params, sort_keys=True)
        return _execute.__wrapped__(execution.source, params, execution.seed)


@lru_cache(maxsize=REMEMBERED_SCENARIOS)
def scenario_of(source: str) -> simulator.Scenario:
    """The parsed scenario; raises simulator.ScenarioError."""
    return simulator.load_scenario(source)


@lru_cache(maxsize=REMEMBERED_RUNS)
def _execute(source: str, params: str, seed: int) -> Executed:
    try:
        evaluation = simulator.evaluate(
            scenario_of(source), json.loads(params), seed=seed
        )
    except simulator.SimulatorError as error:
        raise ScenarioBrokenError(str(error)) from error
    if not evaluation.within_budget:
        # The proof ran this variant within its budget, so this machine is too slow.
        raise RunnerFailedError("a run went over its budget")
    first = next(iter(evaluation.runs.values()))
    return Executed(
        simulator_version=first.simulator_version,
        claims={
            name: ExecutedClaim(
                holds=claim.holds,
                deciding=tuple((event.arm, event.seq) for event in claim.deciding),
            )
            for name, claim in evaluation.claims.items()
        },
        arms=tuple(
            ExecutedArm(
                name=name,
                trace_hash=run.trace_hash,
                document=zlib.compress(json.dumps(run.to_json()).encode()),
            )
            for name, run in evaluation.runs.items()
        ),
    )
