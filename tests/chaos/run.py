"""Submit while everything is being killed, then see that nothing is lost."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Sum
from django.db.models.functions import Now

from quizzes.domain.queries.queue import Conservation, conservation
from quizzes.enums import OPEN_JOB_STATES, Lane
from quizzes.models import GradingJob, Verdict
from tests.chaos.bells import unreliable_bells
from tests.chaos.clients import Clients
from tests.chaos.faults import Faults
from tests.trial.classroom import Seat
from tests.trial.stack import Say, running, wait_for_workers
from trapframe.embedded import Services
from trapframe.ops import processes
from trapframe.ops.processes import Process

# A short lease, so that a test need not wait for half a minute.
LEASE_SECONDS = 3
# What a taken-back job may need: three leases, the rests of 2 + 4 seconds between them,
# bells again after 3 + 6 + 12, and a machine that does all this at once.
SETTLE_SECONDS = 90.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """What became of everything; ``holds`` is the promise."""

    law: Conservation
    accepted: int
    superseded: int  # late results that were kept and not applied
    taken_back: int  # times that a job was taken from a process that had died
    settled_seconds: float  # from the last submission's answer to no open job
    counts: Mapping[str, int]

    @property
    def lost(self) -> int:
        return self.accepted - self.law.submitted

    @property
    def holds(self) -> bool:
        """All accepted are there and graded, each once; nothing is stuck."""
        law = self.law
        return law.holds and self.accepted == law.submitted == law.graded


def run_chaos(
    services: Services,
    seats: Sequence[Seat],
    faults: Sequence[tuple[str, int]],
    say: Say,
    *,
    per_second: float,
    seed: int = 1,
    env: Mapping[str, str] | None = None,
) -> Outcome:
    """Submit each seat once while the faults happen; wait until all is graded."""
    rng = random.Random(seed)
    counts: Counter[str] = Counter()
    with (
        running(_processes(env or {}), lambda _: None) as supervisor,
        unreliable_bells(rng) as bells,
    ):
        wait_for_workers([Lane.INTERACTIVE])
        hand = Faults(supervisor, services, rng)
        clients = Clients(seats, per_second)
        clients.start()
        plan = hand.plan(faults)
        for number, name in enumerate(plan, start=1):
            while clients.share_done < number / (len(plan) + 1):
                time.sleep(_POLL_SECONDS)
            say(f"{clients.counts['accepted']:5} accepted: {name}")
            hand.strike(name)
        clients.join()
        start = time.monotonic()
        law = _settled(hand)
        settled = time.monotonic() - start
        for line in _stuck():
            say(line)
        counts += hand.done + clients.counts
        counts.update({f"bells {what}": count for what, count in bells.items()})
    return Outcome(
        law=law,
        accepted=clients.counts["accepted"],
        superseded=Verdict.objects.filter(is_superseded=True).count(),
        taken_back=GradingJob.objects.aggregate(sum=Sum("failures"))["sum"] or 0,
        settled_seconds=settled,
        counts=counts,
    )


def _settled(hand: Faults) -> Conservation:
    """Where everything is once no job is open, or when time is up."""
    deadline = time.monotonic() + SETTLE_SECONDS
    law = conservation()
    while law.open and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        hand.revive()
        law = conservation()
    return law


def _stuck() -> list[str]:
    """What a person wants to know about each job that is still open."""
    jobs = GradingJob.objects.filter(state__in=OPEN_JOB_STATES).annotate(now=Now())
    return [
        f"stuck: job {job.id} is {job.state}, token {job.token}, "
        f"{job.failures} failures ({job.last_error}), {job.rings} rings, "
        f"worker {job.worker}, seconds until "
        + ", ".join(
            f"{name} {(moment - job.now).total_seconds():.1f}"
            for name in ("available_at", "lease_until", "next_ring_at")
            if (moment := getattr(job, name)) is not None
        )
        for job in jobs
    ]


def _processes(env: Mapping[str, str]) -> list[Process]:
    env = {"TRAPFRAME_LOG": "CRITICAL", **env}
    env["TRAPFRAME_LEASE_SECONDS"] = str(LEASE_SECONDS)
    worker = processes.worker(Lane.INTERACTIVE, 2, env)
    return [
        *(replace(worker, name=f"worker-{number}") for number in (1, 2)),
        processes.sweeper(env),
    ]
