from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tests.chaos.live import observe_in_chaos
from tests.chaos.report import live_table, table
from tests.chaos.run import run_chaos
from tests.trial.classroom import executed_assessment, seat_learners
from tests.trial.stack import TrialError, private_services
from trapframe.embedded import ServiceError

PER_SECOND = 25.0
# For each 1,000 submissions.
FAULTS = (
    ("pool child killed", 12),
    ("whole worker killed", 8),
    ("sweeper killed", 2),
    ("broker killed", 3),
    ("broker killed, its data lost", 3),
    ("database restarted in immediate mode", 3),
)


class Command(BaseCommand):
    help = "Grade submissions while workers and services are killed."
    requires_system_checks = []  # its database does not exist yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--submissions", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1, help="order of the faults")
        parser.add_argument(
            "--live",
            type=int,
            metavar="COUNT",
            help="observe so many variants instead, and kill the live worker meanwhile",
        )

    def handle(self, **options: Any) -> None:
        try:
            if options["live"]:
                self._observe(options["live"])
            else:
                self._grade(options["submissions"], options["seed"])
        except (TrialError, ServiceError) as error:
            raise CommandError(str(error)) from error

    def _grade(self, count: int, seed: int) -> None:
        with private_services() as services:
            self.stdout.write(f"seating learners for {count} submissions")
            assessment = executed_assessment()
            learners = -(-count // assessment.slots.count())
            seats = seat_learners(assessment, learners)[:count]
            outcome = run_chaos(
                services,
                seats,
                FAULTS,
                self.stdout.write,
                per_second=PER_SECOND,
                seed=seed,
            )
        self.stdout.write(table(outcome))
        if not outcome.holds:
            raise CommandError("the law of conservation is broken")

    def _observe(self, count: int) -> None:
        with private_services():
            outcome = observe_in_chaos(count, self.stdout.write)
        self.stdout.write(live_table(outcome))
        if not outcome.is_possible:
            raise CommandError("this machine lets nobody observe")
        if not outcome.holds:
            raise CommandError("something was left behind, or is stuck")
