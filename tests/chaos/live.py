"""Observations while the live worker is killed: all end, nothing of them stays."""

import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import simulator
from quizzes.domain.observation_requests import Look, request_observations
from quizzes.enums import OPEN_OBSERVATION_STATES, ObservationState
from quizzes.execution.live import allowed_queues
from quizzes.models import Course, Observation, ScenarioVersion
from tests import factories
from tests.trial.stack import Say, wait_until
from trapframe.ops.supervisor import Supervisor

# Short, so that a test need not wait for the lease of a whole observation.
LIVE_SECONDS = 6
SETTLE_SECONDS = 240.0
_SANDBOX = b"simulator.live.inside.controller"
_GROUPS = "trapframe-*"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What sandboxes have made and not removed, anywhere on this machine."""

    processes: frozenset[int]
    mounts: int
    groups: frozenset[str]
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class LiveOutcome:
    """What became of the observations, and of what they used."""

    is_possible: bool
    """False where this machine lets nobody observe: then nothing was queued."""
    states: Mapping[str, int]
    taken_back: int
    before: Leftovers
    after: Leftovers

    @property
    def holds(self) -> bool:
        """No observation is open, and nothing is left that was not there before."""
        ended = not set(self.states) & set(OPEN_OBSERVATION_STATES)
        return ended and self.left == ()

    @property
    def left(self) -> tuple[str, ...]:
        """What there is now and was not before, in words."""
        found = [
            f"{len(new)} {name}"
            for name in ("processes", "groups", "files")
            if (new := getattr(self.after, name) - getattr(self.before, name))
        ]
        if self.after.mounts > self.before.mounts:
            found.append(f"{self.after.mounts - self.before.mounts} mounts")
        return tuple(found)


def run_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of workers whose observations are taken back soon."""
    return {**env, "TRAPFRAME_LIVE_SECONDS": str(LIVE_SECONDS)}


def observe_under_fire(
    supervisor: Supervisor, course: Course, count: int, say: Say
) -> LiveOutcome:
    """Queue so many observations at once and kill the live worker in their midst."""
    before = leftovers()
    is_possible = bool(allowed_queues())
    scenario = _scenario(course)
    queued = request_observations(
        Look(scenario.pk, scenario_params(scenario), f"look {number}")
        for number in range(count)
    )
    say(f"{len(queued)} observations queued")
    worker = supervisor.children["worker-live"]
    if queued:
        _wait_for_running()
        time.sleep(0.1)  # it is inside a sandbox now
        worker.kill()
        say("the live worker was killed")
        worker.start()
        _settle()
    return LiveOutcome(
        is_possible=is_possible,
        states=dict(Counter(Observation.objects.values_list("state", flat=True))),
        taken_back=sum(Observation.objects.values_list("failures", flat=True)),
        before=before,
        after=leftovers(),
    )


def scenario_params(version: ScenarioVersion) -> dict[str, object]:
    """The parameters of the scenario's first variant."""
    return dict(simulator.load_scenario(version.source).variant(0))


def leftovers() -> Leftovers:
    """Look for sandboxes' processes, mounts, control groups and files."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    folders = {Path(line.split()[4]) for line in mounts if " - cgroup" in line}
    groups = {str(group) for root in folders for group in root.rglob(_GROUPS)}
    return Leftovers(
        processes=frozenset(_sandboxes()),
        mounts=len(mounts),
        groups=frozenset(groups),
        files=frozenset(str(path) for path in Path("/tmp").glob("*trapframe*")),
    )


def _scenario(course: Course) -> ScenarioVersion:
    version = factories.make_executed(course, "what-execve-answers").scenario_version
    assert version is not None
    return version


def _sandboxes() -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if _SANDBOX in command and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def _wait_for_running() -> None:
    running = Observation.objects.filter(state=ObservationState.RUNNING)
    wait_until(running.exists, "an observation to begin")


def _settle() -> None:
    """Until all have ended, and no group of a killed worker is there any more."""
    still_open = Observation.objects.filter(state__in=OPEN_OBSERVATION_STATES)
    wait_until(
        lambda: not still_open.exists(),
        "all observations to end",
        seconds=SETTLE_SECONDS,
    )
