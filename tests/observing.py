"""Workers that can observe, and what they see, without any process or kernel."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import simulator
from quizzes.domain import observing_alongside
from quizzes.domain.clock import database_now
from quizzes.domain.live_workers import report_live_worker
from quizzes.domain.observing import drain_observations
from quizzes.enums import LiveQueue
from quizzes.execution.ports import Execution, ObservedVariant, Runner
from quizzes.models import LiveWorker, Observation, ScenarioVersion

KERNEL, GUEST_KERNEL = "6.1.0-test", "6.1.0-9-cloud-amd64"
ENOEXEC = simulator.Event(
    seq=0,
    time=1500,
    actor="linux-1",
    action="execve",
    outcome="failed",
    detail={"target": "/srv/app.exe", "errno": 8, "errno_name": "ENOEXEC"},
    cause=None,
)


def report(**reasons: str) -> dict[str, Any]:
    """A machine that can do everything but what has a reason here."""
    names = ("exec", "containers", "guest", "users", "kvm")
    return {
        "kernel": KERNEL,
        "arch": "x86_64",
        "user": 0,
        "effective_capabilities": "0",
        "virtualization": "none",
        "capabilities": [
            {
                "name": name,
                "available": name not in reasons,
                "reason": reasons.get(name, ""),
            }
            for name in names
        ],
    }


def start_worker(
    worker: str = "live@box",
    *,
    queues: tuple[LiveQueue, ...] = tuple(LiveQueue),
    silent_seconds: float = 0,
    **reasons: str,
) -> LiveWorker:
    """A worker that has reported; this process forgets that there was none."""
    report_live_worker(worker, report(**reasons), queues)
    found = LiveWorker.objects.get(worker=worker)
    found.seen_at = database_now() - timedelta(seconds=silent_seconds)
    found.save()
    forget()
    return found


def forget() -> None:
    """Let this process remember nothing of what it asked for."""
    observing_alongside._asked.clear()
    observing_alongside._nobody["until"] = 0.0


class FakeKernel:
    """Observes what the model says, but for the claims and arms that are given."""

    def __init__(
        self,
        *,
        differs: frozenset[str] = frozenset(),
        untold: Mapping[str, str] | None = None,
        refused: Mapping[str, str] | None = None,
        in_guests: frozenset[str] = frozenset(),
    ) -> None:
        self.differs = differs
        self.untold = dict(untold or {})
        self.refused = dict(refused or {})
        self.in_guests = in_guests
        self.executions: list[Execution] = []

    def __call__(
        self, execution: Execution, *, model: Runner, seconds: float
    ) -> ObservedVariant:
        self.executions.append(execution)
        truths = model.execute(execution).truths
        claims = {
            name: {
                "model": holds,
                "live": None if name in self.untold else holds ^ (name in self.differs),
                "reason": self.untold.get(name, ""),
                **({"kernel": GUEST_KERNEL} if name in self.in_guests else {}),
            }
            for name, holds in truths.items()
        }
        scenario = simulator.load_scenario(execution.source)
        first = simulator.run_arm(scenario, next(iter(scenario.arms)), execution.params)
        run = replace(first, events=(ENOEXEC,)).to_json()
        runs = {arm: run for arm in scenario.arms if arm not in self.refused}
        guests = {"runs": dict.fromkeys(scenario.arms, run), "reasons": {}}
        document = {"runs": runs, "reasons": self.refused, "guests": guests}
        text = json.dumps(document)
        return ObservedVariant(KERNEL, claims, zlib.compress(text.encode()))


def observe_all(kernel: FakeKernel | None = None, *, worker: str = "box:7") -> None:
    """What live workers do when their bells ring, in this process."""
    for queue in LiveQueue:
        drain_observations(
            queue, worker=worker, observe=kernel or FakeKernel(), seconds=30
        )


def make_observation(version: ScenarioVersion) -> Observation:
    """A queued observation of a variant of the small scenario."""
    return Observation.objects.create(
        lane=LiveQueue.PROGRAMS,
        scenario_version=version,
        scenario_digest=version.digest,
        params={"kernel": "6.1"},
        params_digest=uuid4().hex,
    )


def only_observation() -> Observation:
    return Observation.objects.get()
