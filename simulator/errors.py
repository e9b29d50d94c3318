"""Every error that the simulator raises on purpose, under one base class."""

from dataclasses import dataclass


class SimulatorError(Exception):
    """Base of all errors that the simulator raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a scenario file, and how to mend it."""

    line: int
    """1-based."""
    column: int
    """1-based."""
    path: str
    """Where in the document, such as ``arms.type_1.plan[2].image``."""
    message: str
    hint: str = ""
    file: str = ""
    """The included file that it stands in; empty for the scenario itself."""

    def __str__(self) -> str:
        file = f"{self.file}, " if self.file else ""
        where = f" at {self.path}" if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        place = f"{file}line {self.line}, column {self.column}{where}"
        return f"{place}: {self.message}{hint}"


class ScenarioError(SimulatorError):
    """A scenario file cannot be used; ``problems`` holds all that is wrong with it."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems, key=lambda one: (one.file, one)))
        super().__init__("\n".join(f"{name}: {problem}" for problem in self.problems))


class InputError(SimulatorError):
    """A caller named an arm, a claim, a parameter or a mechanism that is not there."""


class ClaimError(SimulatorError):
    """A claim could not be evaluated over the runs: the scenario's author must act."""
