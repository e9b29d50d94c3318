"""Bounds of a Dockerfile, and the report that its readers write into."""

from dataclasses import dataclass, field

from simulator.errors import Problem

MAX_BYTES = 64 * 1024
MAX_INSTRUCTIONS = 200
MAX_STAGES = 20
MAX_WORDS = 200
"""Of one instruction."""
MAX_PROBLEMS = 50


class TooManyProblemsError(Exception):
    """Ends the reading of a text that is wrong all over."""


@dataclass(slots=True)
class Report:
    """What is wrong with a text, and what is only unwise."""

    problems: list[Problem] = field(default_factory=list)
    advice: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, place: str, message: str, hint: str = "") -> None:
        """Add a problem; raise TooManyProblemsError when that makes too many."""
        self.problems.append(Problem(line, 1, place, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooManyProblemsError

    def unwise(self, line: int, place: str, rule: str, hint: str) -> None:
        """Add advice; ``rule`` is the name that Docker's build checks have for it."""
        if len(self.advice) < MAX_PROBLEMS:
            self.advice.append(Problem(line, 1, place, rule, hint))
