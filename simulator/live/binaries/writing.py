"""Writing one program: what all its steps share.

The program has no library and no libc. It tells what it does in records of 32 bytes
on descriptor 3, and takes requests from descriptor 4 once its steps are done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.live.binaries.code import Code, Operand

REPORTS, REQUESTS = 3, 4
"""Descriptors that a program finds open."""
STARTED, FAILED, SERVED, CAUGHT, FORKED, DONE, WANTED = 1, 2, 3, 4, 5, 6, 7
"""What a record tells: its first number. Then: the program's number, two values."""
RECORD_BYTES = 32
NOT_EXECUTABLE, NOT_FOUND = 126, 127

READ, WRITE = 0, 1
PAUSE = 34
FORK_CALL, EXECVE_CALL, EXIT_GROUP, WAIT4, KILL_CALL = 57, 59, 231, 61, 62
_SIGACTION, _SIGRETURN, _GETPID, _GETPPID = 13, 15, 39, 110
_SIGCHLD, _WNOHANG = 17, 1
EINTR = -4
_SA_RESTORER, _SA_RESTART = 0x04000000, 0x10000000

FORK, EXECVE, SIGNAL, SETUID, UNSHARE, CALL, SEGMENT, BIND, CONNECT, MEMORY = range(
    1, 11
)
"""What was asked of the kernel: the low byte of a record's first value, above which
stands a number of its own (a signal, a user, a port). The second is the errno."""
VALUE_SHIFT = 8


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a program is to do, with each program that it names resolved to a path."""

    number: int
    """What stands for the program in its records."""
    steps: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    signals: tuple[tuple[int, str], ...] = ()
    """Signal numbers and ``exit``, ``ignore`` or ``forward``."""
    reaps: bool = False


class Writer:
    """Writes one program; r15 holds the status of the child waited for last."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.code = Code()
        self.texts: dict[str, str] = {}
        self.user = 0
        """Who the process is, as far as its steps have said so."""

    def write(self) -> None:
        """Write the whole program: its beginning, its steps, then what it serves."""
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
        """Write steps, one after the other."""
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
        code.system_call(WRITE, REPORTS, "rsp", RECORD_BYTES)
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
        code.system_call(WAIT4, pid, "rsp", 0, 0)
        code.load("rdx", "rsp")
        code.add("rsp", 16)
        code.compare("rax", EINTR)
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
        code.system_call(EXECVE_CALL, "rdi", "rsp", "rdx")
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

    def tell_outcome(self, what: int, value: int = 0) -> None:
        """Report how the system call went whose result is in rax; 1 in r15 if badly.

        Leaves the result, or the errno as a positive number, in rbx.
        """
        code = self.code
        failed, done = code.new_label(), code.new_label()
        first = value << VALUE_SHIFT | what
        code.move("rbx", "rax")
        code.compare("rbx", 0)
        code.jump_if("less", failed)
        self.report(DONE, first, 0)
        code.jump(done)
        code.label(failed)
        code.move("rcx", 0)
        code.subtract("rcx", "rbx")
        code.move("rbx", "rcx")
        self.report(FAILED, first, "rbx")
        code.move("r15", 1)
        code.label(done)

    def _serve(self) -> None:
        """Take the number of requests from the socket, work, and report."""
        code = self.code
        again, idle, work = (code.new_label() for _ in range(3))
        code.label(again)
        code.move("rsi", "@bss")
        code.system_call(READ, REQUESTS, "rsi", 8)
        code.compare("rax", EINTR)
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
        code.system_call(PAUSE)
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
        code.system_call(EXIT_GROUP, 0)
        code.label("forward")
        code.move("rbx", "rdi")
        self.report(CAUGHT, "rbx", 0)
        code.move("rdi", "@bss")
        code.load("rdi", "rdi", 16)
        nobody = code.new_label()
        code.compare("rdi", 0)
        code.jump_if("equal", nobody)
        code.system_call(KILL_CALL, "rdi", "rbx")
        code.label(nobody)
        code.raw(0xC3)
        code.label("reap")
        again = code.new_label()
        code.label(again)
        code.system_call(WAIT4, -1, 0, _WNOHANG, 0)
        code.compare("rax", 0)
        code.jump_if("greater", again)
        code.raw(0xC3)
        code.label("restore")
        code.system_call(_SIGRETURN)


Arguments = Mapping[str, Any]
StepWriter = Callable[[Writer, Arguments], None]

STEPS: dict[str, StepWriter] = {}
"""Every step that a program of a live probe can carry out. The modules beside this one
fill it."""
