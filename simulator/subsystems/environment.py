"""What a process inherits besides what it sees: variables, and where it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables and the working directory of a process; children begin with them."""

    variables: Mapping[str, str] = field(default_factory=dict)
    directory: str = "/"


BARE = Environment()
"""What the first process of a system has."""
