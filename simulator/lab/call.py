"""One command under way, as the function that stands behind it gets it."""

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simulator.engine import Gate
from simulator.lab.launch import Where
from simulator.lab.state import Console, Lab, Sink
from simulator.lab.view import View
from simulator.subsystems.processes import Process

Answer = int | Generator[int | Gate, None, int]
"""An exit status, at once or after some virtual time."""
Function = Callable[["Call"], Answer]


class Runner(Protocol):
    """What a command can ask of the shell that runs it."""

    def carry_out(
        self, words: Sequence[str], call: "Call", where: Where | None = None
    ) -> Generator[int | Gate, None, int]:
        """Start a command, say why if that fails, and wait for its end."""

    def attach(
        self,
        words: Sequence[str],
        call: "Call",
        process: Process,
        *,
        is_watched: bool = True,
    ) -> Generator[int | Gate, None, int]:
        """Let a process that was started do what its command does; await its end.

        ``is_watched``: interrupts from the keyboard go to it.
        """

    def script(self, text: str, call: "Call") -> Generator[int | Gate, None, int]:
        """Carry out the lines of a text as the shell that ``call`` is."""


class CommandError(Exception):
    """A command cannot go on: what it says before it ends, and its exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        self.message = message
        self.status = status
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its words, its streams and its process."""

    lab: Lab
    console: Console
    words: tuple[str, ...]
    view: View
    """What it sees; its process, or the shell's for what the shell does itself."""
    out: Sink
    err: Sink
    stdin: str | None
    """What it reads; None at a terminal."""
    runner: "Runner"
    """Runs other commands with these streams."""

    @property
    def name(self) -> str:
        """What it was called by."""
        return self.words[0].rsplit("/", 1)[-1]

    def line(self, text: str = "") -> None:
        """Write one line."""
        self.out(f"{text}\n")

    def complain(self, text: str) -> None:
        """Write one line of error, after the command's own name."""
        self.err(f"{self.name}: {text}\n")


@dataclass(slots=True)
class Options:
    """The options of a command line, and what is left."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    def value(self, *names: str) -> str | None:
        """Return the last value of an option, whichever of its names was used."""
        found = [value for name in names for value in self.values.get(name, [])]
        return found[-1] if found else None

    def has(self, *names: str) -> bool:
        """Return whether a flag is there, whichever of its names was used."""
        return any(name in self.flags for name in names)


def options(
    words: Sequence[str],
    flags: Collection[str] = "",
    values: Collection[str] = (),
    *,
    stops: bool = False,
) -> Options:
    """Read options as getopt_long does; one-letter ones without their dash.

    ``stops``: the first word that is no option ends them (``docker run image -x``).
    Raises CommandError for an option that is not known.
    """
    found = Options()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            found.rest += waiting
            break
        if not word.startswith("-") or word == "-":
            found.rest.append(word)
            if stops:
                found.rest += waiting
                break
        elif word.startswith("--"):
            _long(word, waiting, found, flags, values)
        else:
            _short(word, waiting, found, flags, values)
    return found


def _long(
    word: str,
    waiting: list[str],
    found: Options,
    flags: Collection[str],
    values: Collection[str],
) -> None:
    name, equals, value = word[2:].partition("=")
    if name in values:
        if not equals and not waiting:
            raise CommandError(f"option '--{name}' requires an argument", 2)
        found.values.setdefault(name, []).append(value if equals else waiting.pop(0))
    elif name in flags:
        found.flags.add(name)
    else:
        raise CommandError(f"unrecognized option '--{name}'", 2)


def _short(
    word: str,
    waiting: list[str],
    found: Options,
    flags: Collection[str],
    values: Collection[str],
) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in values:
            if not letters and not waiting:
                raise CommandError(f"option requires an argument -- '{letter}'", 2)
            value = letters or waiting.pop(0)
            found.values.setdefault(letter, []).append(value.removeprefix("="))
            return
        if letter not in flags:
            raise CommandError(f"invalid option -- '{letter}'", 2)
        found.flags.add(letter)
