"""A scenario as the simulator uses it: frozen, complete, with its variants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simulator.errors import InputError
from simulator.scenario.binding import Template
from simulator.scenario.fields import suggest
from simulator.trace import Scalar

Params = Mapping[str, Scalar]
Action = tuple[str, Mapping[str, Any]]
"""A verb and its arguments."""


@dataclass(frozen=True, slots=True)
class Change:
    """One intervention: a mechanism set to a value, or a field of a part."""

    target: str
    """A mechanism's name, or ``section.part.field`` of the world."""
    value: Any
    is_mechanism: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to act: what is changed first, then what is done."""

    name: str
    label: str
    about: str
    changes: tuple[Change, ...]
    plan: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which events of an arm decide a claim. Empty fields match any event."""

    arm: str
    actor: str = ""
    action: str = ""
    outcome: str = ""
    target: str = ""
    errno_name: str = ""
    pick: str = "last"
    """``first``, ``last`` or ``all`` of the events that match."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about the runs, true or false by evaluation of ``expression``."""

    name: str
    text: str
    expression: str
    """CEL over ``runs`` and ``params``; must give a bool."""
    refuted_by: str | None = None
    """A claim that holds when this one does not: the reason."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question: the claim that it stands for."""

    key: str
    claim: str
    refuted_by: str | None = None
    """Claim that must hold in each variant where this option's does not."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """What a question promises: so many of its options hold, in every variant."""

    options: tuple[Option, ...]
    true: int
    key: str = ""


@dataclass(frozen=True)
class Scenario:
    """A world, a space of variants, arms and claims. Made by ``load_scenario``."""

    key: str
    title: str
    summary: str
    parameters: Mapping[str, tuple[Scalar, ...]]
    where: str
    world: Mapping[str, Any]
    setup: tuple[Action, ...]
    """Done first in every arm."""
    arms: Mapping[str, Arm]
    claims: Mapping[str, Claim]
    obligations: tuple[Obligation, ...]
    digest: str
    """SHA-256 of the canonical form of the document."""
    space: tuple[Params, ...]
    """Every variant, in the order of the file."""
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of parameters that are ranges: the first value and the last."""

    @property
    def space_size(self) -> int:
        """The number of variants."""
        return len(self.space)

    def variants(self) -> Iterator[Params]:
        """Go through the whole parameter space, in a fixed order."""
        return iter(self.space)

    def variant(self, seed: int) -> Params:
        """Return the variant of a seed; consecutive seeds go round the space."""
        return self.space[seed % len(self.space)]

    def arm(self, name: str) -> Arm:
        """Return an arm; raise InputError when there is none of that name."""
        if name not in self.arms:
            raise InputError(f"there is no arm {name!r}; {suggest(name, self.arms)}")
        return self.arms[name]

    def claim(self, name: str) -> Claim:
        """Return a claim; raise InputError when there is none of that name."""
        if name not in self.claims:
            hint = suggest(name, self.claims)
            raise InputError(f"there is no claim {name!r}; {hint}")
        return self.claims[name]

    def checked_params(self, params: Params) -> Params:
        """Return ``params`` in declared order; raise InputError for a wrong one."""
        for name in params:
            if name not in self.parameters:
                hint = suggest(name, self.parameters)
                raise InputError(f"there is no parameter {name!r}; {hint}")
        for name, values in self.parameters.items():
            if name not in params:
                raise InputError(f"parameter {name!r} has no value")
            if not self._is_value(name, params[name]):
                listed = ", ".join(str(value) for value in values)
                raise InputError(f"parameter {name!r} takes one of: {listed}")
        return {name: params[name] for name in self.parameters}

    @cached_property
    def world_template(self) -> Template:
        """The world, to be filled in for a variant."""
        return Template(self.world)

    @cached_property
    def plan_templates(self) -> Mapping[str, Template]:
        """Per arm: the setup and its plan, to be filled in for a variant."""
        return {
            name: Template(self.setup + arm.plan) for name, arm in self.arms.items()
        }

    def _is_value(self, name: str, value: Scalar) -> bool:
        return (type(value), value) in self._values[name]

    @cached_property
    def _values(self) -> Mapping[str, frozenset[tuple[type, Scalar]]]:
        return {
            name: frozenset((type(value), value) for value in values)
            for name, values in self.parameters.items()
        }
