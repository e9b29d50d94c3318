"""What is wrong with an author's file, all of it at once, each with its place."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class SpecProblem:
    """One fault of a file: `line` and `column` count from 1."""

    line: int
    column: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}"
        where = f" ({self.path})" if self.path else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{where}: {self.message}{hint}"

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "message": self.message,
            "hint": self.hint,
        }


class SpecError(Exception):
    """A file that cannot be used: every problem in it, in the order of the file."""

    def __init__(self, name: str, problems: tuple[SpecProblem, ...]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems))
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{name} has {len(self.problems)} problem(s):\n{lines}")
