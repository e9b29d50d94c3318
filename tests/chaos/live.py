"""Observations while the live worker is killed: all end, nothing of them stays."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from quizzes import wakeups
from quizzes.domain.authoring import save_scenario
from quizzes.domain.observation_requests import Look, request_observations
from quizzes.enums import OPEN_OBSERVATION_STATES, ObservationState
from quizzes.execution.live import allowed_queues
from quizzes.models import LiveWorker, Observation
from tests.trial.stack import Say, running, wait_until
from trapframe.ops import processes
from trapframe.ops.supervisor import Child, Supervisor

# Shorter than a site has it: whoever waits for a lease waits for this as well.
LIVE_SECONDS = 10
AT_ONCE = 200
# Of many at once each lasts as long as two cores need to start them all.
PAUSES_OF_MANY, LIVE_SECONDS_OF_MANY = (9,) * 4, 120
START_SECONDS = 180.0
SETTLE_SECONDS = 1200.0
GONE_SECONDS = 30.0
_SANDBOX = b"simulator.live.inside.controller"
_GUEST = b"microvm,accel="
# A container in a control group, which the kernel does not remove with its processes.
SCENARIO = """\
key: forks-that-are-stopped
title: Forks that are stopped
summary: A program forks in a container that may have three processes.
parameters:
  pids: [3, 4]
world:
  machines:
    server: {arch: x86_64, cores: 2, ram_mib: 8192}
  systems:
    linux: {family: linux, version: "6.1", arch: x86_64, services_mib: 200}
  engines:
    engine: {arch: x86_64, ram_mib: 60}
  programs:
    app:
      path: /srv/app
      format: elf
      arch: x86_64
      ram_mib: 20
      does: [{fork: {count: 5, steps: []}}, {sleep: {ms: SLEEP}}]
  images:
    files: {arch: x86_64, size_mib: 80, programs: [app], libraries: [glibc]}
setup:
  - install: {what: linux, on: server}
  - power_on: {machine: server}
  - install: {what: engine, on: server}
plan:
  - start_container:
      {name: box, on: server, image: files, run: app, limits: {pids_max: "${pids}"}}
PAUSES
arms:
  as_it_is: {label: As it is}
claims:
  limit_holds:
    text: the container has as many processes as it may
    expression: >-
      size(runs.as_it_is.observation.views.box[0].processes) == params.pids
"""


@dataclass(frozen=True, slots=True)
class LiveOutcome:
    """What became of the observations, and of what they used."""

    is_possible: bool
    """False where this machine lets nobody observe: then nothing was queued."""
    states: Mapping[str, int]
    taken_back: int
    """Times that one was taken from a process that had died."""
    at_work: int
    """How many were under way when the worker was killed."""
    settled_seconds: float
    """From the kill to no open observation."""
    left: tuple[str, ...]
    """What is there now and was not before, in words."""

    @property
    def holds(self) -> bool:
        """No observation is open, and nothing is left."""
        is_open = set(self.states) & set(OPEN_OBSERVATION_STATES)
        return not is_open and not self.left


def run_environment(
    env: Mapping[str, str], seconds: int = LIVE_SECONDS
) -> dict[str, str]:
    """The environment of workers whose observations are taken back soon."""
    return {**env, "TRAPFRAME_LIVE_SECONDS": str(seconds)}


def observe_in_chaos(count: int, say: Say) -> LiveOutcome:
    """Observe so many variants on processes of its own; the database is there."""
    env = run_environment({"TRAPFRAME_LOG": "CRITICAL"}, LIVE_SECONDS_OF_MANY)
    at_once = min(count, AT_ONCE)
    own = [processes.live_worker(at_once, env), processes.sweeper(env)]
    with running(own, lambda _: None) as supervisor:
        wait_until(LiveWorker.objects.exists, "the live worker's report")
        worker = supervisor.children["worker-live"]
        wait_until(
            lambda: len(_children(worker.pid)) >= at_once,
            f"{at_once} processes of the live worker",
            seconds=START_SECONDS,
        )
        return observe_under_fire(
            supervisor, count, say, at_once=at_once, pauses=PAUSES_OF_MANY
        )


def observe_under_fire(
    supervisor: Supervisor,
    count: int,
    say: Say,
    *,
    at_once: int,
    pauses: Sequence[int] = (1,),
) -> LiveOutcome:
    """Queue so many observations; kill the live worker while it is at ``at_once``.

    In each of them somebody waits for so many seconds, one pause after the other.
    """
    before = leftovers()
    lines = [f"  - wait: {{seconds: {seconds}}}" for seconds in pauses]
    # While a program sleeps, pauses are not skipped; it wakes before the last look.
    sleep_ms = 1000 * (sum(pauses) + 1)
    source = SCENARIO.replace("SLEEP", str(sleep_ms))
    source = source.replace("PAUSES", "\n".join(lines))
    scenario = save_scenario(source=source, author=None)
    queued = request_observations(
        Look(scenario.pk, {"pids": 3}, f"look {number}") for number in range(count)
    )
    say(f"{len(queued)} observations queued")
    at_work = 0
    if queued:
        for _ in range(at_once):  # each wakes one more process
            wakeups.ring(queued[0].lane)
        at_work = _kill_at_work(supervisor.children["worker-live"], at_once)
    say(f"the live worker was killed with {at_work} of them in its hands")
    start = time.monotonic()
    wait_until(
        lambda: not _in_states(*OPEN_OBSERVATION_STATES),
        "all observations to end",
        seconds=SETTLE_SECONDS,
    )
    return LiveOutcome(
        is_possible=bool(allowed_queues()),
        states=dict(Counter(Observation.objects.values_list("state", flat=True))),
        taken_back=sum(Observation.objects.values_list("failures", flat=True)),
        at_work=at_work,
        settled_seconds=time.monotonic() - start,
        left=left_after(before),
    )


def left_after(before: frozenset[str]) -> tuple[str, ...]:
    """What is there and was not before, in words.

    Others on this machine may use sandboxes as well: those of theirs go away.
    """
    suspects = leftovers() - before
    deadline = time.monotonic() + GONE_SECONDS
    while suspects and time.monotonic() < deadline:
        time.sleep(0.5)
        suspects &= leftovers()
    return tuple(sorted(suspects))


def leftovers() -> frozenset[str]:
    """Processes, mounts, control groups and files of sandboxes, in words."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    roots = {Path(line.split()[4]) for line in mounts if " - cgroup" in line}
    groups = {group for root in roots for group in root.rglob("trapframe-*")}
    # Where a sandbox's own root has its files, should it ever write into another one.
    files = [*Path("/").iterdir(), *Path("/tmp").glob("p[0-9]*"), Path("/tmp/images")]
    return frozenset(
        [
            *(f"process {pid}" for pid in _in_sandboxes()),
            *(f"mount {line.split()[4]}" for line in mounts),
            *(f"control group {group}" for group in groups if group.is_dir()),
            *(f"file {file}" for file in files if file.exists()),
        ]
    )


def _in_sandboxes() -> list[int]:
    """Processes with nothing in their environment that are in, or look after, another
    PID namespace than this one.
    """
    own = Path("/proc/self/ns/pid").readlink()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_inside = (folder / "ns" / "pid").readlink() != own
            is_bare = not (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes()
            looks_after = _SANDBOX in command or _GUEST in command
            if looks_after or (is_inside and is_bare):
                found.append(int(folder.name))
    return found


def _kill_at_work(worker: Child, at_once: int) -> int:
    """Kill the worker and all its processes while they observe; start it again."""
    wait_until(
        lambda: _in_states(ObservationState.RUNNING) >= at_once,
        f"{at_once} observations at once",
        seconds=START_SECONDS,
    )
    time.sleep(0.5)  # they are inside their sandboxes now
    at_work = _in_states(ObservationState.RUNNING)
    worker.kill()
    worker.start()
    return at_work


def _children(parent: int) -> list[int]:
    """The processes that a process has started, and that are there."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            stat = (folder / "stat").read_text()
            if int(stat.rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
    return found


def _in_states(*states: str) -> int:
    return Observation.objects.filter(state__in=states).count()
