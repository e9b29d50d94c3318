"""What processes do of themselves after exec: the steps of their program.

A program's ``does`` is a list of steps. A process carries them out one after the
other, each a function of the table ``STEPS``; after the last one it waits for
requests like any server, unless a step has ended it. A program without steps only
waits. Shells and small inits do what their arguments say.
"""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.engine import Work
from simulator.subsystems.files import Program, Step
from simulator.subsystems.processes import Process
from simulator.subsystems.steps import calls, life, memory, network, privilege, storage

StepFunction = Callable[[Process, Mapping[str, Any]], Work]

_EXIT: Step = ("exit", {})
_NO_SCRIPT: Step = ("exit", {"status": 2})
"""What interpreters do about a file that is not there."""


def begin(process: Process, steps: tuple[Step, ...] | None = None) -> None:
    """Let a process begin with what its program does, or with these steps."""
    wanted = steps_of(process) if steps is None else steps
    if wanted:
        engine = process.kernel.platform.engine
        process.tasks.append(engine.spawn(carry_out(process, wanted)))


def carry_out(process: Process, steps: tuple[Step, ...]) -> Work:
    """Do steps one after the other, for as long as the process is what it is."""
    image = process.image
    for kind, arguments in steps:
        while (gate := process.held) is not None:
            yield gate
        yield from STEPS[kind](process, arguments)
        if process.image is not image or not process.alive:
            return


def steps_of(process: Process) -> tuple[Step, ...]:
    """Return what a process does because of its program and its arguments."""
    image = process.image
    program = image.handed if image.handed and image.handed.does else image.binary
    words = process.arguments
    if not words or program.acts_as == "program":
        return program.does
    if program.acts_as == "interpreter":
        script = process.root.files.get(words[0])
        return (_NO_SCRIPT,) if script is None else script.does
    if program.acts_as == "shell" and words[0] != "-c":
        return _read_by_shell(process.root.files[words[0]])
    return _WAYS[program.acts_as](program, words)


def _read_by_shell(program: Program) -> tuple[Step, ...]:
    """Return what becomes of a file whose lines a shell takes for commands."""
    if program.format == "script":
        return (*program.does, _EXIT)
    status, log = _NONSENSE.get(program.format, _NO_COMMAND)
    return (("exit", {"status": status, "log": f"{program.path}: 1: {log}"}),)


def _shell_line(program: Program, arguments: tuple[str, ...]) -> tuple[Step, ...]:
    """``-c`` and a line of commands: each in a child, perhaps not the last one.

    The builtin ``exec`` makes the shell become a command, wherever that stands.
    """
    *first, last = (command.split() for command in arguments[1:])
    steps = [_command(words) for words in first]
    steps.append(_become(last) if program.execs_last else _command(last))
    return (*steps, _EXIT)


def _command(words: list[str]) -> Step:
    if words[0] == "exec":
        return _become(words[1:])
    kind, asked = _run(words[0], tuple(words[1:]))
    return (kind, {**asked, "through": "shell"})


def _become(words: list[str]) -> Step:
    path, *arguments = words[1:] if words[0] == "exec" else words
    return ("exec", {"path": path, "arguments": tuple(arguments), "through": "shell"})


def _init_line(_program: Program, arguments: tuple[str, ...]) -> tuple[Step, ...]:
    """``--`` and a command: run it in a child, and end as it ends."""
    return (_run(arguments[1], arguments[2:]), _EXIT)


def _run(path: str, arguments: tuple[str, ...] = ()) -> Step:
    return ("spawn", {"path": path, "arguments": arguments, "wait": True})


_NO_COMMAND = (127, "not found")
_NONSENSE = {"pe": (2, "Syntax error: word unexpected")}
"""How a shell ends that reads a binary: what it finds first is no command, or a
parenthesis where none can be."""

_WAYS = {"shell": _shell_line, "init": _init_line}


def _repeat(process: Process, arguments: Mapping[str, Any]) -> Work:
    """Do steps over and over."""
    image = process.image
    for _ in range(arguments["times"]):
        yield from carry_out(process, arguments["steps"])
        if process.image is not image or not process.alive:
            return


STEPS: Mapping[str, StepFunction] = {
    **life.STEPS,
    **calls.STEPS,
    **memory.STEPS,
    **network.STEPS,
    **storage.STEPS,
    **privilege.STEPS,
    "repeat": _repeat,
}
"""Every step: what ``does`` may list."""
