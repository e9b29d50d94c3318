"""Which queue an observation belongs in; decided without looking at any kernel."""

from quizzes.enums import LiveQueue
from quizzes.execution.in_process import scenario_of

_CONTAINER_VERB = "start_container"


def queues_for(source: str) -> tuple[LiveQueue, ...]:
    """The queues that fit a scenario, the best one first.

    Arms that start containers need a worker that can; without one, the scenario's
    other arms are still worth looking at. Raises simulator.ScenarioError.
    """
    scenario = scenario_of(source)
    plans = [scenario.setup, *(arm.plan for arm in scenario.arms.values())]
    if any(verb == _CONTAINER_VERB for plan in plans for verb, _ in plan):
        return LiveQueue.CONTAINERS, LiveQueue.PROGRAMS
    return LiveQueue.PROGRAMS, LiveQueue.CONTAINERS
