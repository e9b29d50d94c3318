"""Loads a course's files through the publish gate."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quizzes.domain.errors import DomainError
from quizzes.domain.loading import load_course


class Command(BaseCommand):
    help = "Loads a course from a folder; every question is proved before it is out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="holds course.yaml")
        parser.add_argument(
            "--scenarios", type=Path, default=None, help="default: ../../scenarios"
        )

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        scenarios = options["scenarios"] or folder.parent.parent / "scenarios"
        try:
            report = load_course(folder, scenarios, tell=self.stdout.write)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{report.course.key}: {len(report.published)} questions published, "
            f"{len(report.unchanged)} unchanged, "
            f"{len(report.assessments)} assessments"
        )
