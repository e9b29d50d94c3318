"""The sweeper's process: one sweep a second until it is told to stop."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from quizzes.domain.sweeping import ring_all_lanes, sweep

logger = logging.getLogger(__name__)

# Workers stamp their heartbeat when a bell rings, so quiet lanes are rung as well.
HEARTBEAT_SWEEPS = 5


class Command(BaseCommand):
    help = "Takes back lost jobs, rings for waiting ones, closes overdue attempts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one sweep, then end")
        parser.add_argument("--interval", type=float, default=1.0, help="seconds")

    def handle(self, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(str(sweep()))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        count = 0
        while not stop.is_set():
            self._round(count)
            count += 1
            stop.wait(options["interval"])

    def _round(self, count: int) -> None:
        """One round; a database that is away is waited for."""
        try:
            close_old_connections()
            report = sweep()
        except Error as error:
            logger.warning("the sweep waits for the database: %s", error)
            return
        if report.taken_back or report.dead or report.closed:
            logger.info("%s", report)
        if count % HEARTBEAT_SWEEPS == 0:
            ring_all_lanes()
