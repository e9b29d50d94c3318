import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from quizzes.domain.sweeping import SweepReport
from quizzes.management.commands import sweep as command
from quizzes.models import GradingJob
from tests.desks import executed_desk
from tests.live import _environment
from tests.quizzes.domain.grading_rows import claim, expire_leases

pytestmark = pytest.mark.django_db

QUIET = SweepReport(acted=True)
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def unheard(number: int, _frame: Any) -> None:
    message = f"the sweeper does not listen to signal {number}"
    raise AssertionError(message)


@pytest.fixture
def handlers() -> Iterator[None]:
    """A signal that the sweeper leaves alone fails the test, not the test runner."""
    before = [(number, signal.signal(number, unheard)) for number in SIGNALS]
    yield
    for number, handler in before:
        signal.signal(number, handler)


class Rounds:
    """Stands in for the sweeps of a loop: each gives the next report or error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *reports: Any) -> None:
        self.reports = list(reports)
        self.done: list[str] = []
        self.end = signal.SIGTERM
        monkeypatch.setattr(command, "sweep", self.sweep)
        monkeypatch.setattr(command, "ring_all_lanes", lambda: self.done.append("ring"))
        monkeypatch.setattr(command, "close_old_connections", lambda: None)

    def sweep(self) -> SweepReport:
        self.done.append("sweep")
        report = self.reports.pop(0)
        if not self.reports:
            os.kill(os.getpid(), self.end)
        if isinstance(report, Exception):
            raise report
        assert isinstance(report, SweepReport)
        return report

    def run(self) -> str:
        out = StringIO()
        call_command("sweep", interval=0.0, stdout=out)
        return out.getvalue()


def test_one_sweep_says_what_it_did() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    out = StringIO()
    call_command("sweep", "--once", stdout=out)
    assert out.getvalue() == f"{SweepReport(acted=True, taken_back=1)}\n"
    assert GradingJob.objects.get().state == "queued"


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_loop_after_its_round(
    monkeypatch: pytest.MonkeyPatch, handlers: None, number: signal.Signals
) -> None:
    rounds = Rounds(monkeypatch, QUIET)
    rounds.end = number
    assert rounds.run() == ""
    assert rounds.done == ["sweep", "ring"]


def test_quiet_lanes_are_rung_at_every_fifth_sweep(
    monkeypatch: pytest.MonkeyPatch, handlers: None
) -> None:
    rounds = Rounds(monkeypatch, *[QUIET] * 7)
    rounds.run()
    four = ["sweep"] * 4
    assert rounds.done == ["sweep", "ring", *four, "sweep", "ring", "sweep"]


def test_a_database_that_is_away_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, handlers: None, caplog: pytest.LogCaptureFixture
) -> None:
    away = OperationalError("the server is starting up")
    rounds = Rounds(monkeypatch, away, away, QUIET)
    with caplog.at_level(logging.WARNING, logger=command.logger.name):
        rounds.run()
    assert rounds.done == ["sweep", "sweep", "sweep"]
    assert [record.getMessage() for record in caplog.records] == [
        "the sweep waits for the database: the server is starting up"
    ] * 2


@pytest.mark.parametrize(
    ("fields", "is_noted"),
    [
        ({}, False),
        ({"rung": ("bulk",)}, False),
        ({"taken_back": 1}, True),
        ({"dead": 1}, True),
        ({"closed": 1}, True),
    ],
)
def test_only_a_sweep_that_changed_something_is_noted(
    monkeypatch: pytest.MonkeyPatch,
    handlers: None,
    caplog: pytest.LogCaptureFixture,
    fields: dict[str, Any],
    *,
    is_noted: bool,
) -> None:
    report = SweepReport(acted=True, **fields)
    with caplog.at_level(logging.INFO, logger=command.logger.name):
        Rounds(monkeypatch, report).run()
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ([str(report)] if is_noted else [])


@pytest.mark.django_db(transaction=True)
def test_a_real_sweeper_takes_back_and_ends_when_told() -> None:
    executed_desk().submit("a")
    claim()
    expire_leases()
    sweeper = subprocess.Popen(
        [sys.executable, "-m", "django", "sweep", "--interval", "0.05"],
        env={
            **os.environ,
            **_environment(),
            "DJANGO_SETTINGS_MODULE": "trapframe.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TRAPFRAME_LOG": "INFO",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert sweeper.stderr is not None
        line = sweeper.stderr.readline()
        assert "taken_back=1" in line
        assert GradingJob.objects.get().state == "queued"
        sweeper.terminate()
        assert sweeper.wait(timeout=20) == 0
    finally:
        sweeper.kill()
        sweeper.communicate()
