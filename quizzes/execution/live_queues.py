"""Which queue an observation belongs in; decided without looking at any kernel."""

from functools import lru_cache

from quizzes.enums import LiveQueue
from quizzes.execution.in_process import scenario_of
from simulator.live.guest_linux.judging import claims_for_guests, fitting_variant

_CONTAINER_VERB = "start_container"
REMEMBERED = 512


@lru_cache(maxsize=REMEMBERED)
def queues_for(source: str) -> tuple[LiveQueue, ...]:
    """The queues that fit a scenario, the best one first.

    A claim about a kernel that ends, or about several, needs a worker that can boot
    guests; arms that start containers need one that can do that. Without one, the
    other arms are still worth looking at. Raises simulator.ScenarioError.
    """
    scenario = scenario_of(source)
    plans = [scenario.setup, *(arm.plan for arm in scenario.arms.values())]
    if any(verb == _CONTAINER_VERB for plan in plans for verb, _ in plan):
        here = (LiveQueue.CONTAINERS, LiveQueue.PROGRAMS)
    else:
        here = (LiveQueue.PROGRAMS, LiveQueue.CONTAINERS)
    is_for_guests = claims_for_guests(scenario, fitting_variant(scenario))
    return (LiveQueue.GUESTS, *here) if is_for_guests else here
