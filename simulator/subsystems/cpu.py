"""Processor cores, shared out among all that wants to run on them.

Time on cores is a fluid: between two changes each job runs at a rate, found anew
when a job comes or goes, a quota is used up or a period begins. Rates follow the
tree of groups (cgroups, and the virtual processors of a machine): each group gets
a share by weight of what its parent has, never more than it can use. Rates and
work are whole numbers (a core is ``CORE``, a microsecond on it as much work), so
the time given out adds up exactly.

While nobody waits for anybody, a job costs one step of the engine and no
arithmetic: then no rate is ever computed.
"""

from collections.abc import Iterator

from simulator.engine import Engine, Gate, Task, Work
from simulator.subsystems.sharing import CORE, Member, fill

POLICIES = ("fair", "equal", "fifo")
"""By weight; all alike whatever their weight; first come, first served."""
DEFAULT_WEIGHT = 100
"""A cgroup's ``cpu.weight`` when nobody sets it; each thread counts as much."""


class Job(Gate):
    """Some CPU time that a thread wants; as a gate it opens when it has had it."""

    __slots__ = ("group", "left", "rate", "scheduler", "since", "whole")

    def __init__(
        self, scheduler: "Scheduler", group: "CpuGroup", left: int, now: int
    ) -> None:
        # What Gate does, without its call: every use of a core makes a job.
        self.is_open = False
        self.waiting = []
        self.scheduler = scheduler
        """Whose cores it runs on; another's when its machine has moved."""
        self.group = group
        self.whole = self.left = left
        self.rate = CORE
        self.since = now
        """When ``left`` was last brought up to date."""

    def done_us(self, now: int) -> int:
        """Return the CPU time that it has had up to now, in microseconds."""
        left = max(0, self.left - self.rate * (now - self.since))
        return (self.whole - left) // CORE


class CpuGroup:
    """Threads that share what they get, inside a parent: a node of the tree."""

    __slots__ = (
        "cores",
        "count",
        "frozen",
        "jobs",
        "name",
        "nr_periods",
        "nr_throttled",
        "parent",
        "parts",
        "period_end",
        "period_us",
        "quota",
        "quota_left",
        "rate",
        "since",
        "steal",
        "throttled",
        "throttled_us",
        "usage",
        "weight",
    )

    def __init__(
        self, name: str, parent: "CpuGroup | None", *, cores: int | None = None
    ) -> None:
        self.name = name
        self.parent = parent
        self.weight = DEFAULT_WEIGHT
        self.cores = cores
        """Virtual processors: no more than so many threads run at a time."""
        self.quota: int | None = None
        self.period_us = 0
        self.frozen = False
        self.count = 0
        """Jobs in here and in all groups below."""
        self.jobs: dict[Job, None] = {}
        self.parts: dict[CpuGroup, None] = {}
        """Groups below that have jobs."""
        self.rate = 0
        self.since = 0
        self.usage = 0
        self.steal = 0
        self.quota_left = 0
        self.period_end = 0
        self.throttled = False
        self.nr_periods = 0
        self.nr_throttled = 0
        self.throttled_us = 0

    @property
    def usage_us(self) -> int:
        """CPU time that the group and those below have had, in microseconds."""
        return self.usage // CORE

    @property
    def steal_us(self) -> int:
        """Time that virtual processors could have run and did not, microseconds."""
        return self.steal // CORE

    def chain(self) -> Iterator["CpuGroup"]:
        """Go through this group and all above it, from the inside out."""
        group: CpuGroup | None = self
        while group is not None:
            yield group
            group = group.parent

    def set_quota(self, quota_us: int, period_us: int) -> None:
        """Give the group so much CPU time in each period (``cpu.max``)."""
        self.quota = quota_us * CORE
        self.quota_left = self.quota
        self.period_us = period_us
        self.period_end = 0

    def stat(self) -> dict[str, int]:
        """Return what ``cpu.stat`` holds, in microseconds."""
        return {
            "usage_us": self.usage_us,
            "nr_periods": self.nr_periods,
            "nr_throttled": self.nr_throttled,
            "throttled_us": self.throttled_us,
        }

    def begin_period(self, now: int) -> None:
        """Start a period for a group that was idle until now."""
        if self.quota is None or now < self.period_end:
            return
        if self.period_end:
            self.nr_periods += 1
            self.nr_throttled += self.throttled
        self.quota_left = self.quota
        self.throttled = False
        self.period_end = now + self.period_us

    def pass_time(self, now: int) -> None:
        """Account for the time since the last change, at the rate since then."""
        span = now - self.since
        if self.cores is not None:
            self.steal += max(0, min(self.count, self.cores) * CORE - self.rate) * span
        if self.quota is not None and self.period_end:
            self.throttled_us += span if self.throttled else 0
            self._spend(self.quota, now)
        self.since = now

    def _spend(self, quota: int, now: int) -> None:
        """Take what was used from the quota; a period that begins fills it up.

        What was used beyond the quota, less than a microsecond on each core, is
        missing from the next period.
        """
        if now >= self.period_end:
            self.quota_left -= self.rate * (self.period_end - self.since)
            self.quota_left = quota + min(0, self.quota_left)
            whole = (now - self.period_end) // self.period_us
            self.nr_periods += whole + 1
            self.nr_throttled += self.throttled
            self.throttled = False
            self.since = self.period_end + whole * self.period_us
            self.period_end = self.since + self.period_us
        self.quota_left -= self.rate * (now - self.since)


class Scheduler:
    """Shares cores among the jobs of a tree of groups."""

    def __init__(self, engine: Engine, count: int, policy: str = "fair") -> None:
        self.engine = engine
        self.count = count
        self.root = CpuGroup("", None)
        self._policy = policy
        self._jobs: dict[Job, None] = {}
        self._timer: Task | None = None
        self._contended = False
        """True while some job waits, or may have to: then a timer ends jobs."""
        self._passed = -1
        """Up to when all jobs have been accounted for while cores are contended."""

    def use(
        self, microseconds: int, group: CpuGroup, jobs: list[Job] | None = None
    ) -> Work:
        """Let a thread of ``group`` have so much CPU time; ends when it had it.

        Meanwhile the job is among ``jobs``, which somebody may look at.
        """
        if not microseconds:
            yield 0
            return
        job = Job(self, group, microseconds * CORE, self.engine.now)
        if self._contended:
            self._pass_time()
        is_calm = self._add(job)
        if jobs is not None:
            jobs.append(job)
        try:
            if self._contended or not is_calm:
                self.change()
            else:
                yield microseconds
                if not job.is_open:
                    job.scheduler.wake(job)
            if not job.is_open:
                yield job
        finally:
            if jobs is not None:
                jobs.remove(job)
            if not job.is_open:
                job.scheduler.leave(job)

    def change(self) -> None:
        """Share out anew: a job came, or a weight, a quota, a freezing changed."""
        if not self._jobs and not self._contended:
            return
        if not self._contended:
            self._contended = True
            for group in self._groups(self.root):
                group.since = self.engine.now
        self._pass_time()
        self._plan()

    def hand_over(self, group: CpuGroup) -> list[Job]:
        """Take out all jobs of a group, as far as they have come."""
        self.change()
        jobs = [job for job in self._jobs if group in job.group.chain()]
        for job in jobs:
            self._remove(job)
        self._plan()
        return jobs

    def take_over(self, jobs: list[Job]) -> None:
        """Go on with jobs that another machine's scheduler had."""
        for job in jobs:
            job.scheduler, job.since = self, self.engine.now
            self._add(job)
        self.change()

    def catch_up(self) -> None:
        """Bring what was used up to date, to the present."""
        for job in self._jobs:
            self._account(job)

    # The next four are the hottest of a run, so they go up the tree by hand.

    def _add(self, job: Job) -> bool:
        """Put a job in; return whether all jobs can run at full speed with it."""
        self._jobs[job] = None
        is_calm = True
        group: CpuGroup | None = job.group
        below = None
        job.group.jobs[job] = None
        while group is not None:
            if not group.count:
                group.since = job.since
                if group.quota is not None:
                    group.begin_period(job.since)
            group.count += 1
            if group.quota is not None or group.frozen:
                is_calm = False
            if group.cores is not None and group.count > group.cores:
                is_calm = False
            if below is not None:
                group.parts[below] = None
            below, group = group, group.parent
        return is_calm and self.root.count <= self.count

    def _remove(self, job: Job) -> None:
        del self._jobs[job]
        group: CpuGroup | None = job.group
        below = None
        del job.group.jobs[job]
        while group is not None:
            group.count -= 1
            if below is not None and not below.count:
                del group.parts[below]
            below, group = group, group.parent

    def _account(self, job: Job) -> None:
        now = self.engine.now
        done = min(job.left, job.rate * (now - job.since))
        job.since = now
        if not done:
            return
        job.left -= done
        group: CpuGroup | None = job.group
        while group is not None:
            group.usage += done
            group = group.parent

    def _finish(self, job: Job) -> None:
        """Account for all that is left of a job and take it out, in one go."""
        done, job.left = job.left, 0
        job.is_open = True
        del self._jobs[job]
        del job.group.jobs[job]
        group: CpuGroup | None = job.group
        below = None
        while group is not None:
            group.usage += done
            group.count -= 1
            if below is not None and not below.count:
                del group.parts[below]
            below, group = group, group.parent

    def wake(self, job: Job) -> None:
        """Go on with a thread that nobody disturbed, or see how far it came."""
        if self._contended:
            self._pass_time()
        else:
            self._finish(job)

    def leave(self, job: Job) -> None:
        """Take out a job whose thread was killed on the way."""
        self._pass_time()
        self._account(job)
        self._remove(job)
        if self._contended:
            self._plan()

    def _pass_time(self) -> None:
        """Account for all jobs; those that have had their time are done."""
        now = self.engine.now
        if not self._contended or self._passed == now:
            return
        self._passed = now
        for group in self._groups(self.root):
            group.pass_time(now)
        finished = []
        for job in self._jobs:
            self._account(job)
            if not job.left:
                finished.append(job)
        for job in finished:
            self._remove(job)
            self.engine.open(job)

    def _groups(self, group: CpuGroup) -> list[CpuGroup]:
        """Return a group and all below it that have jobs, each before its parts."""
        found = [group]
        for part in group.parts:
            found += self._groups(part) if part.parts else (part,)
        return found

    def _plan(self) -> None:
        """Find all rates, and set the timer to the next moment that changes them."""
        if self._timer is not None:
            self._timer.cancel(self.engine)
            self._timer = None
        if not self._jobs:
            self._contended = False
            return
        now = self.engine.now
        limited = [g for g in self._groups(self.root) if g.quota is not None]
        for group in limited:
            group.begin_period(now)
            group.throttled = group.quota_left <= 0
        if self._policy == "fifo":
            self._queue()
        else:
            self._share(self.root, self.count * CORE)
        wait = [-(-job.left // job.rate) for job in self._jobs if job.rate]
        for group in limited:
            wait += _quota_events(group, now)
        if wait:
            self._timer = self.engine.spawn(self._tick(min(wait)))

    def _tick(self, span: int) -> Work:
        yield span
        self._timer = None
        self._pass_time()
        self._plan()

    def _share(self, group: CpuGroup, rate: int) -> None:
        """Divide a rate among the jobs and the groups that are directly inside."""
        group.rate = 0
        if not group.parts:
            each = min(CORE, rate // len(group.jobs))
            for job in group.jobs:
                job.rate = each
            group.rate = each * len(group.jobs)
            return
        members = [Member(DEFAULT_WEIGHT, CORE) for _ in group.jobs]
        members += [
            Member(
                part.weight if self._policy == "fair" else DEFAULT_WEIGHT,
                _most(part),
            )
            for part in group.parts
        ]
        given = fill(rate, members)
        for job, share in zip(group.jobs, given, strict=False):
            job.rate = share
            group.rate += share
        for part, share in zip(group.parts, given[len(group.jobs) :], strict=True):
            self._share(part, share)
            group.rate += part.rate

    def _queue(self) -> None:
        """Give whole cores in the order of asking, as far as each group may."""
        for group in self._groups(self.root):
            group.rate = 0
        for job in self._jobs:
            chain = list(job.group.chain())
            fits = chain[-1].rate < self.count * CORE and all(
                not part.frozen
                and not part.throttled
                and (part.cores is None or part.rate < part.cores * CORE)
                for part in chain
            )
            job.rate = CORE if fits else 0
            for part in chain:
                part.rate += job.rate


class Cores:
    """Processor cores as one level sees them: a machine's, or a guest's virtual."""

    __slots__ = ("group", "scheduler")

    def __init__(self, engine: Engine, count: int, policy: str = "fair") -> None:
        self.scheduler = Scheduler(engine, count, policy)
        self.group = self.scheduler.root
        """What runs here without a group of its own."""

    @property
    def count(self) -> int:
        """How many cores there are to see."""
        return self.group.cores or self.scheduler.count

    @property
    def busy_us(self) -> int:
        """CPU time given out so far at this level, over all cores."""
        self.scheduler.catch_up()
        return self.group.usage_us

    def use(
        self,
        microseconds: int,
        group: CpuGroup | None = None,
        jobs: list[Job] | None = None,
    ) -> Work:
        """Let a thread have so much CPU time, in its turn; ends when it had it.

        Meanwhile what it does is among ``jobs``.
        """
        return self.scheduler.use(microseconds, group or self.group, jobs)

    def part(self, name: str, count: int | None = None) -> "Cores":
        """Return ``count`` virtual cores on these: threads of this level."""
        inner = object.__new__(Cores)
        inner.scheduler = self.scheduler
        inner.group = CpuGroup(name, self.group, cores=count)
        return inner

    def change(self) -> None:
        """Share out anew after a weight, a quota or a freezing has changed."""
        self.scheduler.change()

    def move(self, below: "Cores") -> None:
        """Go on upon other cores, those of another machine, with all that runs here."""
        jobs = self.scheduler.hand_over(self.group)
        self.scheduler = below.scheduler
        self.group.parent = below.group
        self.scheduler.take_over(jobs)

    def freeze(self, *, frozen: bool) -> None:
        """Let nothing run here until further notice, or let it go on."""
        self.group.frozen = frozen
        self.scheduler.change()


def _most(group: CpuGroup) -> int:
    """Return the highest rate that a group can use now."""
    if group.frozen or group.throttled:
        return 0
    most = len(group.jobs) * CORE + sum(_most(part) for part in group.parts)
    return most if group.cores is None else min(most, group.cores * CORE)


def _quota_events(group: CpuGroup, now: int) -> list[int]:
    """Return when a group's quota runs out, or its next period begins."""
    if group.quota is None or not (group.rate or group.throttled):
        return []
    to_end = group.period_end - now
    if group.throttled:
        return [to_end]
    to_limit = -(-group.quota_left // group.rate)
    if to_limit < to_end:
        return [to_limit]
    is_enough = group.rate * group.period_us <= group.quota
    return [] if is_enough else [to_end]
