"""The discrete-event engine: one total order of steps, one clock, one trace.

A part does its work in a generator. It yields a whole number to let that many
microseconds of virtual time pass, or a ``Gate`` to wait until that gate opens.
Steps are taken in the order (virtual time, priority, sequence), so a run has one
order only and repeats exactly.
"""

import gc
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heappop, heappush
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any

from simulator.events import OK, Event
from simulator.rng import Streams

_CLOCK_EVERY = 256
_make = tuple.__new__


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may use. Exceeding a limit ends the run with a verdict."""

    events: int = 20_000
    """Steps of the engine, and as many entries in the trace."""
    virtual_us: int = 30 * 24 * 3600 * 1_000_000
    cpu_ms: int = 2_000
    """Processor time: neither a stopped process nor a busy computer uses it up."""
    objects: int = 10_000
    """Kernels, processes, virtual machines and containers in memory."""


class BudgetExceededError(Exception):
    """Ends a run from inside the engine; callers see the run's verdict instead."""

    def __init__(self, limit: str, allowed: int) -> None:
        self.limit = limit
        self.allowed = allowed
        super().__init__(f"{limit} budget of {allowed} exceeded")


@contextmanager
def no_collection() -> Iterator[None]:
    """Let the garbage collector rest.

    A run keeps what it makes until it ends; going through all of that to look for
    garbage, again and again, would take a third of its time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class Gate:
    """Something to wait for. It may open; it is open; it never closes again."""

    __slots__ = ("is_open", "waiting")

    def __init__(self) -> None:
        self.is_open = False
        self.waiting: list[Task] = []


Work = Generator[int | Gate, None, Any]


class Task(Gate):
    """A generator under way; as a gate it opens when the generator is done."""

    __slots__ = ("is_daemon", "priority", "step", "work")

    def __init__(self, work: Work, priority: int, *, is_daemon: bool = False) -> None:
        # What Gate does, without its call.
        self.is_open = False
        self.waiting = []
        self.work = work
        self.step = work.__next__
        """Goes on to what the work waits for next."""
        self.priority = priority
        self.is_daemon = is_daemon
        """True for what goes on for ever; a run does not wait for its end."""

    def cancel(self, engine: "Engine") -> None:
        """End the work where it stands; whoever waits for it goes on.

        Work that cancels itself ends at its next step.
        """
        if self.is_open:
            return
        engine.open(self)
        if getgeneratorstate(self.work) != GEN_RUNNING:
            self.work.close()


class Engine:
    """Clock, calendar, trace and randomness of one run."""

    def __init__(self, seed: int = 0, budget: Budget | None = None) -> None:
        self.now = 0
        """Virtual time in microseconds."""
        self.events: list[Event] = []
        self.budget = budget or Budget()
        self._most_events = self.budget.events
        self.streams = Streams(seed)
        self._calendar: list[tuple[int, int, int, Task]] = []
        self._steps = 0
        self._scheduled = 0
        self._objects = 0
        self._main: Task | None = None
        self._daemons = 0
        """How many steps of daemons stand in the calendar."""
        self._started = time.thread_time()

    def spawn(self, work: Work, *, priority: int = 0, is_daemon: bool = False) -> Task:
        """Start ``work`` at the present virtual time; wait for it by yielding it.

        A daemon (a control loop, a periodic probe) never keeps a run going: the run
        ends when the first task is done and only daemons have something to do.
        """
        task = Task(work, priority, is_daemon=is_daemon)
        if not is_daemon and (self._main is None or self._main.is_open):
            self._main = task
        self._schedule(task, self.now)
        return task

    def open(self, gate: Gate) -> None:
        """Open ``gate`` and go on with all that wait for it, in order of arrival."""
        gate.is_open = True
        for task in gate.waiting:
            self._schedule(task, self.now)
        gate.waiting.clear()

    def record(
        self,
        actor: str,
        action: str,
        outcome: str = OK,
        *,
        cause: int | None = None,
        **detail: Any,
    ) -> int:
        """Add an event to the trace and return its ``seq``."""
        seq = len(self.events)
        if seq >= self._most_events:
            raise BudgetExceededError("events", seq)
        # What Event(...) does, without its call: this is the hottest line of a run.
        fields = (seq, self.now, actor, action, outcome, detail, cause)
        self.events.append(_make(Event, fields))
        return seq

    def conclude(self, actor: str, action: str, outcome: str, **detail: Any) -> None:
        """Add the last event of a run that was stopped, beyond any budget."""
        seq = len(self.events)
        self.events.append(Event(seq, self.now, actor, action, outcome, detail, None))

    def allocate(self) -> None:
        """Count one more object of the world against the budget."""
        self._objects += 1
        if self._objects > self.budget.objects:
            raise BudgetExceededError("objects", self.budget.objects)

    def run(self) -> None:
        """Take steps until only daemons are left or the budget is used up."""
        with no_collection():
            self._take_steps()

    def step(self) -> bool:
        """Take the next step, a daemon's too; return False when there is none.

        For those who drive a run from outside and keep to a budget of their own.
        """
        while self._calendar:
            when, _, _, task = heappop(self._calendar)
            self._daemons -= task.is_daemon
            if task.is_open:
                task.work.close()
                continue
            self._steps += 1
            self.now = when
            try:
                wanted = task.step()
            except StopIteration:
                self.open(task)
                return True
            if isinstance(wanted, int):
                self._schedule(task, when + wanted)
            else:
                self._wait(task, wanted)
            return True
        return False

    def _take_steps(self) -> None:
        calendar, last = self._calendar, self.budget.virtual_us
        steps, pause = self._steps, self._steps + 1
        while calendar:
            if self._daemons and len(calendar) == self._daemons and self._is_over():
                return
            when, priority, _, task = heappop(calendar)
            if task.is_daemon:
                self._daemons -= 1
            if task.is_open:
                task.work.close()
                continue
            self._steps = steps = steps + 1
            if steps >= pause:
                pause = self._check(steps)
            if when > last:
                raise BudgetExceededError("virtual_us", last)
            self.now = when
            try:
                wanted = task.step()
            except StopIteration:
                self.open(task)
                continue
            if wanted.__class__ is int and not task.is_daemon:
                # The usual case, without a call.
                self._scheduled = order = self._scheduled + 1
                heappush(calendar, (when + wanted, priority, order, task))
            elif isinstance(wanted, int):
                self._schedule(task, when + wanted)
            else:
                self._wait(task, wanted)

    def used(self) -> dict[str, int]:
        """Return the budget used so far (not processor time, which never repeats)."""
        return {
            "events": len(self.events),
            "steps": self._steps,
            "virtual_us": self.now,
            "objects": self._objects,
        }

    def _wait(self, task: Task, gate: Gate) -> None:
        if gate.is_open or task.is_open:
            self._schedule(task, self.now)
        else:
            gate.waiting.append(task)

    def _schedule(self, task: Task, when: int) -> None:
        self._scheduled += 1
        self._daemons += task.is_daemon
        heappush(self._calendar, (when, task.priority, self._scheduled, task))

    def _is_over(self) -> bool:
        """True when the first task is done; then only daemons may be left."""
        return self._main is None or self._main.is_open

    def _check(self, steps: int) -> int:
        """Compare with the budget; return the step at which to look again."""
        if steps > self.budget.events:
            raise BudgetExceededError("events", self.budget.events)
        elapsed_ms = (time.thread_time() - self._started) * 1000
        if elapsed_ms > self.budget.cpu_ms:
            raise BudgetExceededError("cpu_ms", self.budget.cpu_ms)
        return min(steps + _CLOCK_EVERY, self.budget.events + 1)
