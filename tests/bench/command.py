from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tests.bench.report import conditions, table, write
from tests.bench.run import run_bench
from tests.trial.stack import TrialError, private_services
from trapframe.embedded import ServiceError


class Command(BaseCommand):
    help = "Measure the pipeline and the pages against bare Celery and Django."
    requires_system_checks = []  # its database does not exist yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--write", action="store_true", help="put it in docs/specification.md"
        )

    def handle(self, **options: Any) -> None:
        try:
            with private_services():
                rows = run_bench(self.stdout.write)
            self.stdout.write(f"\n{conditions(rows)}\n\n{table(rows)}")
            if options["write"]:
                write(rows)
        except (TrialError, ServiceError) as error:
            raise CommandError(str(error)) from error
        if missed := [row.what for row in rows if row.met is False]:
            raise CommandError("missed the bar: " + "; ".join(missed))
