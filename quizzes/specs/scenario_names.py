"""The names of a scenario that a question may use: its parameters and claims."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from quizzes.markup import parameter_names
from quizzes.specs.fields import Fields, did_you_mean, shown

# What ends a line in YAML.
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
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
            place = self._place(fields.place(key), name)
            message = f"The scenario has no parameter {shown(name)}."
            hint = did_you_mean(name, self.parameters)
            fields.problems.add(place, fields.at(key), message, hint)
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

    def _place(self, start: tuple[int, int], name: str) -> tuple[int, int]:
        """Line and column of the first `${name}` from `start` on."""
        first, indent = start
        lines = LINE_BREAK.split(self.source)[first - 1 :]
        for number, line in enumerate(lines, first):
            column = line.find(f"${{{name}}}", indent - 1 if number == first else 0)
            if column >= 0:
                return number, column + 1
        return start
