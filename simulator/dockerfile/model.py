"""A Dockerfile as read: stages of instructions, each with its line."""

from dataclasses import dataclass

from simulator.errors import Problem, SimulatorError


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A text between the lines of a Dockerfile, such as after ``<<EOF``."""

    name: str
    body: str
    expands: bool = True
    """Variables in it are replaced, unless its name was quoted."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. What it holds besides its keyword depends on that."""

    keyword: str
    """In capitals."""
    line: int
    """The first of its lines, from 1."""
    text: str
    """All of it in one line, as written."""
    words: tuple[str, ...] = ()
    """Its arguments; of a command in shell form the command, as one word."""
    is_exec: bool = False
    """The command stands as a list (exec form); else a shell gets it."""
    flags: tuple[tuple[str, str], ...] = ()
    """What stands in front with ``--``: names and values, in order."""
    pairs: tuple[tuple[str, str | None], ...] = ()
    """Of ARG, ENV and LABEL: names and values; None where ARG has no default."""
    heredocs: tuple[Heredoc, ...] = ()
    inner: "Instruction | None" = None
    """The command of a HEALTHCHECK, the trigger of an ONBUILD."""

    def flag(self, name: str, default: str = "") -> str:
        """Return the value of a flag, the last one when it is repeated."""
        return dict(self.flags).get(name, default)


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one FROM."""

    index: int
    base: str
    """An image, an earlier stage or ``scratch``; its variables not yet replaced."""
    line: int
    name: str = ""
    platform: str = ""
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole Dockerfile."""

    stages: tuple[Stage, ...]
    arguments: tuple[Instruction, ...] = ()
    """Each ARG in front of the first FROM."""
    escape: str = "\\"
    advice: tuple[Problem, ...] = ()
    """What builds, but seldom does what its author wants."""


class DockerfileError(SimulatorError):
    """A Dockerfile cannot be read; ``problems`` holds all that is wrong with it."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(f"{name}: {problem}" for problem in self.problems))
