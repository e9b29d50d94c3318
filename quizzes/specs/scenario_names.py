"""The names of a scenario that a question may use: its parameters and claims."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from yaml.nodes import Node

from quizzes.markup import parameter_names
from quizzes.specs.fields import Fields, did_you_mean, shown
from quizzes.specs.problems import SpecProblem
from quizzes.specs.yaml_tree import LINE_BREAK

CLAIM = re.compile(r"[a-z][a-z0-9_]*")
CLAIM_HINT = "Use small letters, digits and underscores."


@dataclass(frozen=True)
class ScenarioNames:
    """None stands for names that are not known yet, and then not checked."""

    source: str
    parameters: Collection[str] | None
    claims: Collection[str] | None

    def without_scenario(self) -> Self:
        return replace(self, parameters=(), claims=())

    def text(
        self, fields: Fields, key: str, *, longest: int, default: str | None = None
    ) -> str:
        """A text in which every `${name}` is a parameter of the scenario."""
        text = fields.text(key, longest=longest, default=default)
        if self.parameters is None:
            return text
        for name in sorted(parameter_names(text) - set(self.parameters)):
            line, column = self._place(fields.place(key), name)
            message = f"The scenario has no parameter {shown(name)}."
            hint = did_you_mean(name, self.parameters)
            problem = SpecProblem(line, column, fields.at(key), message, hint)
            fields.problems.add_problem(problem)
        return text

    def claim(self, fields: Fields, key: str, *, default: str | None = None) -> str:
        """The name of a claim of the scenario."""
        name = fields.text(
            key, longest=100, default=default, pattern=CLAIM, hint=CLAIM_HINT
        )
        if name and self.claims is not None and name not in self.claims:
            message = f"The scenario has no claim {shown(name)}."
            fields.add(key, message, did_you_mean(name, self.claims))
        return name

    def _place(self, node: Node, name: str) -> tuple[int, int]:
        """Line and column of `${name}` within the node's own lines."""
        start, end = node.start_mark, node.end_mark
        lines = LINE_BREAK.split(self.source)[: end.line + 1]
        for number, line in enumerate(lines[start.line :], start.line):
            first = start.column if number == start.line else 0
            column = line.find(f"${{{name}}}", first)
            if column >= 0:
                return number + 1, column + 1
        return start.line + 1, start.column + 1
