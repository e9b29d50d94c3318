"""From the steps of a program to a static executable that carries them out.

The program has no library and no libc. It tells what it does in records of 32 bytes
on descriptor 3, and takes requests from descriptor 4 once its steps are done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.live.binaries.code import Code, Operand
from simulator.live.binaries.formats import elf

REPORTS, REQUESTS = 3, 4
"""Descriptors that a program finds open."""
STARTED, FAILED, SERVED, CAUGHT, FORKED = 1, 2, 3, 4, 5
"""What a record tells: its first number. Then: the program's number, two values."""
FORK, EXECVE = 1, 2
"""What has failed, in the first value of such a record; the second is the errno."""
RECORD_BYTES = 32

_READ, _WRITE = 0, 1
_SIGACTION, _SIGRETURN, _PAUSE, _NANOSLEEP = 13, 15, 34, 35
_GETPID, _FORK, _EXECVE, _EXIT_GROUP, _WAIT4 = 39, 57, 59, 231, 61
_KILL, _PRCTL, _CLOCK_GETTIME, _GETPPID = 62, 157, 228, 110
_SIGCHLD, _WNOHANG, _CPU_CLOCK, _SUBREAPER = 17, 1, 2, 36
_EINTR = -4
_SA_RESTORER, _SA_RESTART = 0x04000000, 0x10000000
_BILLION = 1_000_000_000
NOT_EXECUTABLE, NOT_FOUND = 126, 127


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a program is to do, with each program that it names resolved to a path."""

    number: int
    """What stands for the program in its records."""
    steps: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    signals: tuple[tuple[int, str], ...] = ()
    """Signal numbers and ``exit``, ``ignore`` or ``forward``."""
    reaps: bool = False


def executable(recipe: Recipe, *, interpreter: str = "") -> bytes:
    """Return the ELF file of a program for x86-64.

    Raises KeyError for a step that a program of a live probe cannot carry out.
    """
    writer = _Writer(recipe)
    writer.write()
    return elf(writer.code.finished(), "x86_64", interpreter=interpreter)


class _Writer:
    """Writes one program; r15 holds the status of the child waited for last."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.code = Code()
        self.texts: dict[str, str] = {}

    def write(self) -> None:
        code = self.code
        code.move("r15", 0)
        for number, what in self.recipe.signals:
            self._on_signal(number, what)
        if self.recipe.reaps:
            self._on_signal(_SIGCHLD, "reap")
        code.system_call(_GETPID)
        self.report(STARTED, "rax", 0)
        self.steps(self.recipe.steps)
        self._serve()
        self._handlers()
        for text, label in self.texts.items():
            code.data(label, text.encode() + b"\0")
        code.label("bss")

    def steps(self, steps: Any) -> None:
        for kind, arguments in steps:
            STEPS[kind](self, arguments)

    def report(self, kind: int, first: Operand, second: Operand) -> None:
        """Send one record; values in registers must not be rax's own successors."""
        code = self.code
        code.subtract("rsp", RECORD_BYTES)
        for offset, value in ((16, first), (24, second)):
            if isinstance(value, str):
                code.store("rsp", offset, value)
            else:
                code.move("rcx", value)
                code.store("rsp", offset, "rcx")
        for offset, number in ((0, kind), (8, self.recipe.number)):
            code.move("rcx", number)
            code.store("rsp", offset, "rcx")
        code.system_call(_WRITE, REPORTS, "rsp", RECORD_BYTES)
        code.add("rsp", RECORD_BYTES)

    def text(self, text: str) -> str:
        """Return the address of a text."""
        label = self.texts.setdefault(text, f"text_{len(self.texts)}")
        return f"@{label}"

    def wait_for(self, pid: Operand) -> None:
        """Wait for a child and put a shell's status of its end into r15."""
        code = self.code
        again, signalled, done = (code.new_label() for _ in range(3))
        code.label(again)
        code.subtract("rsp", 16)
        code.system_call(_WAIT4, pid, "rsp", 0, 0)
        code.load("rdx", "rsp")
        code.add("rsp", 16)
        code.compare("rax", _EINTR)
        code.jump_if("equal", again)
        code.compare("rax", 0)
        code.jump_if("less", done)
        code.move("rcx", "rdx")
        code.keep_bits("rcx", 0x7F)
        code.compare("rcx", 0)
        code.jump_if("not equal", signalled)
        code.shift_right("rdx", 8)
        code.keep_bits("rdx", 0xFF)
        code.move("r15", "rdx")
        code.jump(done)
        code.label(signalled)
        code.add("rcx", 128)
        code.move("r15", "rcx")
        code.label(done)

    def execute(self, path: str) -> None:
        """Become another program; go on after a failure, its status in r15."""
        code = self.code
        missing, done = code.new_label(), code.new_label()
        code.subtract("rsp", 16)
        code.move("rdi", self.text(path))
        code.store("rsp", 0, "rdi")
        code.move("rcx", 0)
        code.store("rsp", 8, "rcx")
        code.move("rdx", "rsp")
        code.add("rdx", 8)
        code.system_call(_EXECVE, "rdi", "rsp", "rdx")
        code.add("rsp", 16)
        code.move("rbx", 0)
        code.subtract("rbx", "rax")
        self.report(FAILED, EXECVE, "rbx")
        code.compare("rbx", 2)  # ENOENT
        code.jump_if("equal", missing)
        code.move("r15", NOT_EXECUTABLE)
        code.jump(done)
        code.label(missing)
        code.move("r15", NOT_FOUND)
        code.label(done)

    def _serve(self) -> None:
        """Take the number of requests from the socket, work, and report."""
        code = self.code
        again, idle, work = (code.new_label() for _ in range(3))
        code.label(again)
        code.move("rsi", "@bss")
        code.system_call(_READ, REQUESTS, "rsi", 8)
        code.compare("rax", _EINTR)
        code.jump_if("equal", again)
        code.compare("rax", 8)
        code.jump_if("not equal", idle)
        code.move("rsi", "@bss")
        code.load("rbx", "rsi")
        code.move("rbp", "rbx")
        code.label(work)
        code.system_call(_GETPPID)
        code.subtract("rbp", 1)
        code.compare("rbp", 0)
        code.jump_if("greater", work)
        self.report(SERVED, "rbx", 0)
        code.jump(again)
        code.label(idle)
        code.system_call(_PAUSE)
        code.jump(idle)

    def _on_signal(self, number: int, what: str) -> None:
        code = self.code
        code.subtract("rsp", 32)
        code.move("rcx", 1 if what == "ignore" else f"@{what}")
        code.store("rsp", 0, "rcx")
        code.move("rcx", _SA_RESTORER | _SA_RESTART)
        code.store("rsp", 8, "rcx")
        code.move("rcx", "@restore")
        code.store("rsp", 16, "rcx")
        code.move("rcx", 0)
        code.store("rsp", 24, "rcx")
        code.system_call(_SIGACTION, number, "rsp", 0, 8)
        code.add("rsp", 32)

    def _handlers(self) -> None:
        """What signals lead to; the number of the signal is in rdi."""
        code = self.code
        code.label("exit")
        self.report(CAUGHT, "rdi", 0)
        code.system_call(_EXIT_GROUP, 0)
        code.label("forward")
        code.move("rbx", "rdi")
        self.report(CAUGHT, "rbx", 0)
        code.move("rdi", "@bss")
        code.load("rdi", "rdi", 16)
        nobody = code.new_label()
        code.compare("rdi", 0)
        code.jump_if("equal", nobody)
        code.system_call(_KILL, "rdi", "rbx")
        code.label(nobody)
        code.raw(0xC3)
        code.label("reap")
        again = code.new_label()
        code.label(again)
        code.system_call(_WAIT4, -1, 0, _WNOHANG, 0)
        code.compare("rax", 0)
        code.jump_if("greater", again)
        code.raw(0xC3)
        code.label("restore")
        code.system_call(_SIGRETURN)


Arguments = Mapping[str, Any]
_Step = Callable[[_Writer, Arguments], None]


def _compute(writer: _Writer, arguments: Arguments) -> None:
    """Use processor time: look at the process's own clock until it is used up."""
    code, again = writer.code, writer.code.new_label()
    _processor_time(code)
    code.move("rbx", "rax")
    code.move("rcx", arguments["ms"] * 1_000_000)
    code.add("rbx", "rcx")
    code.label(again)
    _processor_time(code)
    code.compare("rax", "rbx")
    code.jump_if("less", again)


def _processor_time(code: Code) -> None:
    """Put the process's processor time in nanoseconds into rax."""
    code.subtract("rsp", 16)
    code.system_call(_CLOCK_GETTIME, _CPU_CLOCK, "rsp")
    code.load("rax", "rsp")
    code.move("rcx", _BILLION)
    code.raw(0x48, 0x0F, 0xAF, 0xC1)  # imul rax, rcx
    code.load("rcx", "rsp", 8)
    code.add("rax", "rcx")
    code.add("rsp", 16)


def _sleep(writer: _Writer, arguments: Arguments) -> None:
    code, again = writer.code, writer.code.new_label()
    seconds, rest = divmod(arguments["ms"], 1000)
    code.subtract("rsp", 16)
    code.move("rcx", seconds)
    code.store("rsp", 0, "rcx")
    code.move("rcx", rest * 1_000_000)
    code.store("rsp", 8, "rcx")
    code.label(again)
    code.system_call(_NANOSLEEP, "rsp", "rsp")
    code.compare("rax", _EINTR)
    code.jump_if("equal", again)
    code.add("rsp", 16)


def _leave(writer: _Writer, arguments: Arguments) -> None:
    status = arguments.get("status")
    writer.code.system_call(_EXIT_GROUP, "r15" if status is None else status)


def _fork(writer: _Writer, arguments: Arguments) -> None:
    """Make children one after the other, each with steps of its own."""
    code = writer.code
    again, failed, made, child, done = (code.new_label() for _ in range(5))
    code.move("r12", arguments["count"])
    code.label(again)
    code.system_call(_FORK)
    code.compare("rax", 0)
    code.jump_if("equal", child)
    code.jump_if("less", failed)
    code.move("rcx", "@bss")
    code.store("rcx", 16, "rax")
    code.move("rbx", "rax")
    writer.report(FORKED, "rbx", 0)
    code.jump(made)
    code.label(failed)
    code.move("rbx", 0)
    code.subtract("rbx", "rax")
    writer.report(FAILED, FORK, "rbx")
    code.label(made)
    code.subtract("r12", 1)
    code.compare("r12", 0)
    code.jump_if("greater", again)
    code.jump(done)
    code.label(child)
    code.move("rdx", "@bss")
    code.move("rcx", 0)
    code.store("rdx", 16, "rcx")
    writer.steps(arguments["steps"])
    idle = code.new_label()
    code.label(idle)
    code.system_call(_PAUSE)
    code.jump(idle)
    code.label(done)


def _spawn(writer: _Writer, arguments: Arguments) -> None:
    code, parent = writer.code, writer.code.new_label()
    code.system_call(_FORK)
    code.compare("rax", 0)
    code.jump_if("not equal", parent)
    writer.execute(arguments["path"])
    code.system_call(_EXIT_GROUP, "r15")
    code.label(parent)
    code.move("rcx", "@bss")
    code.store("rcx", 16, "rax")
    if arguments["wait"]:
        writer.wait_for("rax")


def _execute(writer: _Writer, arguments: Arguments) -> None:
    writer.execute(arguments["path"])


def _wait_for_children(writer: _Writer, _arguments: Arguments) -> None:
    code, again = writer.code, writer.code.new_label()
    code.label(again)
    writer.wait_for(-1)
    code.compare("rax", 0)
    code.jump_if("greater", again)


def _adopt_orphans(writer: _Writer, _arguments: Arguments) -> None:
    writer.code.system_call(_PRCTL, _SUBREAPER, 1, 0, 0, 0)


def _repeat(writer: _Writer, arguments: Arguments) -> None:
    code = writer.code
    again, done = code.new_label(), code.new_label()
    code.move("rcx", arguments["times"])
    code.push("rcx")
    code.label(again)
    code.load("rcx", "rsp")
    code.compare("rcx", 0)
    code.jump_if("equal", done)
    code.subtract("rcx", 1)
    code.store("rsp", 0, "rcx")
    writer.steps(arguments["steps"])
    code.jump(again)
    code.label(done)
    code.pop("rcx")


STEPS: Mapping[str, _Step] = {
    "compute": _compute,
    "sleep": _sleep,
    "exit": _leave,
    "fork": _fork,
    "spawn": _spawn,
    "exec": _execute,
    "wait_children": _wait_for_children,
    "adopt_orphans": _adopt_orphans,
    "repeat": _repeat,
}
"""Steps of the scenario language that a program of a live probe can carry out."""
