"""Dockerfiles: what they say, read as the reference documents it.

``parse_dockerfile`` reads a text, from anybody, and returns a ``Dockerfile`` or raises
``DockerfileError`` with every problem of the text. It knows no world: what building one
leads to is for ``simulator.subsystems.builds``.
"""

from simulator.dockerfile.expansion import ExpansionError, expand
from simulator.dockerfile.ignoring import IgnoreList, matches
from simulator.dockerfile.model import (
    Dockerfile,
    DockerfileError,
    Heredoc,
    Instruction,
    Stage,
)
from simulator.dockerfile.parser import parse_dockerfile

__all__ = [
    "Dockerfile",
    "DockerfileError",
    "ExpansionError",
    "Heredoc",
    "IgnoreList",
    "Instruction",
    "Stage",
    "expand",
    "matches",
    "parse_dockerfile",
]
