"""All measurements, one after the other, on one set of processes."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from quizzes.enums import Lane
from tests.bench import noop
from tests.bench.backlog import measure_rates, seconds_per_execution
from tests.bench.latency import PER_SECOND, measure_latencies
from tests.bench.pages import measure_pages
from tests.bench.stampede import LAST, WINDOW, measure_stampede
from tests.bench.statistics import milliseconds, percentile
from tests.trial import machine
from tests.trial.classroom import (
    Seat,
    executed_assessment,
    seat_learners,
    statement_of,
)
from tests.trial.stack import (
    Say,
    free_port,
    running,
    wait_for_site,
    wait_for_workers,
)
from trapframe.ops import processes
from trapframe.ops.processes import Process
from trapframe.ops.supervisor import Child

LEARNERS = 300
CONCURRENCY = 2
ROUNDS = 3
SECONDS = 20
PAGES = 400
# More than submit in the time that the slowest answer takes.
_CLIENTS = 200
_READERS = 20
# The promises; docs/specification.md tells them to people.
BACKLOG_BAR = 2.0
LATENCY_BAR = 4.0
PAGE_BAR = 3.0
STAMPEDE_BAR = 1.0  # seconds


@dataclass(frozen=True)
class Row:
    """A measurement beside its reference; ``ratio`` is what the bar is set for."""

    what: str
    subject: str
    reference: str = ""
    ratio: str = ""
    bar: str = ""
    met: bool | None = None  # None: told, not judged
    others: float = 0.0  # cores that other processes took


def noop_worker() -> Process:
    real = processes.worker(noop.QUEUE, CONCURRENCY)
    arguments = tuple(
        "tests.bench.noop" if word == "trapframe" else word for word in real.arguments
    )
    return Process("noop-worker", arguments, "worker", stop_seconds=real.stop_seconds)


def run_bench(say: Say) -> list[Row]:
    """Measure everything; needs fresh services, see trial.stack."""
    port = free_port()
    settings = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    say("loading the course, seating the learners")
    seats = seat_learners(executed_assessment(), LEARNERS)
    say(statement_of(seats))
    with running(
        [
            processes.web(port, {**settings, "TRAPFRAME_LOG": "ERROR"}),
            processes.worker(Lane.INTERACTIVE, CONCURRENCY),
            processes.sweeper(),
            noop_worker(),
        ],
        say,
    ) as supervisor:
        wait_for_workers([Lane.INTERACTIVE])
        wait_for_site(port)
        worker = supervisor.children["worker-interactive"]
        bare = supervisor.children["noop-worker"]
        return [
            *_measured(say, lambda: _backlog(worker, bare, seats)),
            *_measured(say, lambda: _latency(port, seats)),
            *_measured(say, lambda: _pages(port, seats)),
            *_measured(say, lambda: _stampede(port, seats)),
        ]


def _measured(say: Say, measure: Callable[[], list[Row]]) -> list[Row]:
    with machine.others() as share:
        rows = measure()
    rows = [replace(row, others=share.cores) for row in rows]
    for row in rows:
        say(f"{row.what}: {row.subject}, against {row.reference}: {row.ratio}")
    return rows


def _backlog(worker: Child, bare: Child, seats: Sequence[Seat]) -> list[Row]:
    rates = measure_rates(worker, bare, seats, rounds=ROUNDS)
    execution = statistics.median(seconds_per_execution(seats))
    return [
        Row(
            f"backlog of {len(seats)}",
            f"{statistics.median(rates.graded):.0f} graded/s",
            f"{statistics.median(rates.noop):.0f} no-ops/s",
            f"{rates.ratio:.2f}",
            ">= 2",
            met=rates.ratio >= BACKLOG_BAR,
        ),
        Row(
            "one execution of all arms, nothing remembered",
            f"{execution * 1000:.1f} ms",
            f"{1000 / statistics.median(rates.noop):.1f} ms per no-op",
            f"{execution * statistics.median(rates.noop):.2f}",
        ),
    ]


def _latency(port: int, seats: Sequence[Seat]) -> list[Row]:
    found = measure_latencies(port, seats[:_CLIENTS], seconds=SECONDS)
    ratio = percentile(found.graded, 0.95) / percentile(found.round_trips, 0.95)
    return [
        Row(
            f"submit to graded at {PER_SECOND}/s, p50 / p95",
            milliseconds(found.graded),
            milliseconds(found.round_trips) + " no-op round trip",
            f"{ratio:.2f}",
            "<= 4",
            met=ratio <= LATENCY_BAR,
        ),
        Row(
            "of that: until the POST is answered, p50 / p95",
            milliseconds(found.answered),
        ),
    ]


def _pages(port: int, seats: Sequence[Seat]) -> list[Row]:
    found = measure_pages(port, seats[:_READERS], count=PAGES)
    ratio = percentile(found.question, 0.95) / percentile(found.bare, 0.95)
    return [
        Row(
            "question page, p50 / p95",
            milliseconds(found.question),
            milliseconds(found.bare) + " bare view, one query",
            f"{ratio:.2f}",
            "<= 3",
            met=ratio <= PAGE_BAR,
        )
    ]


def _stampede(port: int, seats: Sequence[Seat]) -> list[Row]:
    found = measure_stampede(port, seats[:LEARNERS])
    p95 = percentile(found.graded, 0.95)
    return [
        Row(
            f"stampede of {LEARNERS}, sent {WINDOW:g} to {LAST:g} s before the close: "
            "submit to graded, p50 / p95",
            f"{milliseconds(found.graded)}, {found.refused} refused",
            f"{STAMPEDE_BAR:g} s",
            f"{p95 / STAMPEDE_BAR:.2f}",
            "<= 1, 0 refused",
            met=p95 <= STAMPEDE_BAR and found.refused == 0,
        )
    ]
