"""Carrying out one line after another: virtual time passes, the prompt comes back.

A line that would take for ever is stopped as a person would stop it, with an
interrupt from the keyboard, and told why.
"""

from dataclasses import dataclass
from typing import Any

from simulator.engine import Work
from simulator.lab.interpreter import Interpreter, Streams, syntax_error
from simulator.lab.lexer import IncompleteError, ShellSyntaxError
from simulator.lab.parser import Item, parse
from simulator.lab.state import Console, Lab, Piece
from simulator.lab.userland import furnish
from simulator.lab.view import View

MOST_STEPS = 200_000
"""Steps of the engine for one line."""
MOST_US = 31 * 24 * 3600 * 1_000_000
"""Virtual time for one line, a little more than the longest sleep."""
AFTER_INTERRUPT = 20_000
"""Steps for what an interrupt leads to."""
INTERRUPTED = 130
SYNTAX_ERROR = 2
LOST = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one line."""

    pieces: tuple[Piece, ...]
    """What a terminal would show, in order."""
    status: int
    """Exit status of the line."""
    began_us: int
    """Virtual time at which it was typed."""
    ended_us: int

    @property
    def text(self) -> str:
        """All that came out, errors too."""
        return "".join(piece.text for piece in self.pieces)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object."""
        return {
            "out": "".join(p.text for p in self.pieces if p.stream == "out"),
            "err": "".join(p.text for p in self.pieces if p.stream == "err"),
            "text": self.text,
            "status": self.status,
            "began_us": self.began_us,
            "ended_us": self.ended_us,
        }


def prompt(lab: Lab) -> str:
    """Return what the innermost shell shows before a line."""
    if not lab.consoles:
        return ""
    console = lab.console
    view = View(lab, console.process)
    sign = "#" if view.uid == 0 else "$"
    user = "root" if view.uid == 0 else "user"
    return f"{user}@{view.hostname}:{console.cwd}{sign} "


def is_complete(text: str) -> bool:
    """Return whether a text is a whole line, or wrong; False: more has to follow."""
    try:
        parse(text)
    except IncompleteError:
        return False
    except ShellSyntaxError:
        return True
    return True


def run_line(lab: Lab, text: str) -> Answer:
    """Carry out one line in the innermost console, until its prompt is back."""
    began = lab.engine.now
    lab.pieces = []
    console = lab.console
    name = console.process.program.name
    try:
        items = parse(text)
    except (ShellSyntaxError, IncompleteError) as error:
        console.status = SYNTAX_ERROR
        lab.err(f"{name}: {syntax_error(error)}\n")
        return _answer(lab, console, began)
    if not items:
        return _answer(lab, console, began)
    lab.history.append(text)
    lab.is_interrupted = False
    interpreter = Interpreter(lab, console)
    streams = Streams(lab.out, lab.err)
    console.task = lab.engine.spawn(_whole(interpreter, items, streams))
    why = _drive(lab, MOST_STEPS)
    if why:
        _interrupt(lab, why)
    _tell_jobs(lab)
    _furnish(lab)
    return _answer(lab, console, began)


def _whole(interpreter: Interpreter, items: tuple[Item, ...], streams: Streams) -> Work:
    interpreter.console.status = yield from interpreter.items(items, streams)


def _answer(lab: Lab, console: Console, began: int) -> Answer:
    status = lab.console.status if lab.consoles else _last_status(console)
    return Answer(tuple(lab.pieces), status, began, lab.engine.now)


def _last_status(console: Console) -> int:
    """Return how the outermost shell ended."""
    status = console.process.exit_status
    return LOST if status is None else status


def _drive(lab: Lab, most_steps: int) -> str:
    """Let time pass until a prompt is back; return why it does not come, if so."""
    engine = lab.engine
    last = engine.now + MOST_US
    for _ in range(most_steps):
        if _is_at_prompt(lab):
            return ""
        if lab.is_interrupted:
            return "interrupted"
        if engine.now > last:
            return "it would take longer than a month"
        if not engine.step():
            return "it waits for something that will not happen"
    return "" if _is_at_prompt(lab) else f"it takes more than {most_steps} steps"


def _is_at_prompt(lab: Lab) -> bool:
    """Close consoles whose shell has ended; True when the innermost one is idle."""
    while lab.consoles and not lab.console.process.alive:
        closed = lab.consoles.pop()
        kernel = closed.kernel
        if kernel.state == "dead":
            _tell_death(lab, closed)
        if lab.consoles:
            lab.console.status = closed.process.exit_status or 0
    return not lab.consoles or not lab.console.is_busy


def _tell_death(lab: Lab, console: Console) -> None:
    """Show the last words of a kernel, as its console has them."""
    seq = console.kernel.state_seq
    event = lab.engine.events[seq or 0]
    log = event.detail.get("log")
    if log:
        lab.err(f"{log}\n")
    lab.err(f"Connection to {console.kernel.platform.name} closed.\n")


def _interrupt(lab: Lab, why: str) -> None:
    """Do as Ctrl-C does; what does not end of that goes on without the console."""
    lab.err("^C\n" if why == "interrupted" else f"^C  [lab: {why}]\n")
    lab.is_interrupted = False
    console = lab.console
    for process in list(console.foreground):
        if process.alive:
            sender = console.process
            process.kernel.signal(process, "SIGINT", sender.last_seq, sender)
    if not console.foreground or _drive(lab, AFTER_INTERRUPT):
        console = lab.console
        if console.task is None:
            raise AssertionError
        console.task.cancel(lab.engine)
        left = [process for process in console.foreground if process.alive]
        for process in left:
            lab.err(f"[lab: process {process.pid} goes on in the background]\n")
    if lab.consoles:
        lab.console.foreground.clear()
        lab.console.status = INTERRUPTED


def _tell_jobs(lab: Lab) -> None:
    """Say which jobs in the background have ended since the last prompt."""
    if not lab.consoles:
        return
    console = lab.console
    for job in [job for job in console.jobs if job.task.is_open]:
        console.jobs.remove(job)
        last = job.processes[-1] if job.processes else None
        state = "Done"
        if last is not None and last.signal:
            state = last.signal.removeprefix("SIG").capitalize()
            state = {"Kill": "Killed", "Term": "Terminated"}.get(state, state)
        elif last is not None and last.exit_status:
            state = f"Exit {last.exit_status}"
        lab.err(f"[{job.number}]+  {state:<24}{job.source}\n")


def _furnish(lab: Lab) -> None:
    """Give the clients of services that were started to the system they run on."""
    for console in lab.consoles:
        furnish(lab, View(lab, console.process).kernel)
