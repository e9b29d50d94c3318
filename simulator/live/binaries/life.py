"""Steps of a process's life: work, rest, children, another program, the end."""

from simulator.live.binaries.code import Code
from simulator.live.binaries.writing import (
    EINTR,
    EXIT_GROUP,
    FAILED,
    FORK,
    FORK_CALL,
    FORKED,
    PAUSE,
    Arguments,
    StepWriter,
    Writer,
)

_NANOSLEEP, _PRCTL, _CLOCK_GETTIME = 35, 157, 228
_CPU_CLOCK, _SUBREAPER = 2, 36
_BILLION = 1_000_000_000


def _compute(writer: Writer, arguments: Arguments) -> None:
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


def _sleep(writer: Writer, arguments: Arguments) -> None:
    code, again = writer.code, writer.code.new_label()
    seconds, rest = divmod(arguments["ms"], 1000)
    code.subtract("rsp", 16)
    code.move("rcx", seconds)
    code.store("rsp", 0, "rcx")
    code.move("rcx", rest * 1_000_000)
    code.store("rsp", 8, "rcx")
    code.label(again)
    code.system_call(_NANOSLEEP, "rsp", "rsp")
    code.compare("rax", EINTR)
    code.jump_if("equal", again)
    code.add("rsp", 16)


def _leave(writer: Writer, arguments: Arguments) -> None:
    status = arguments.get("status")
    writer.code.system_call(EXIT_GROUP, "r15" if status is None else status)


def _fork(writer: Writer, arguments: Arguments) -> None:
    """Make children one after the other, each with steps of its own."""
    code = writer.code
    again, failed, made, child, done = (code.new_label() for _ in range(5))
    code.move("r12", arguments["count"])
    code.label(again)
    code.system_call(FORK_CALL)
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
    code.system_call(PAUSE)
    code.jump(idle)
    code.label(done)


def _spawn(writer: Writer, arguments: Arguments) -> None:
    code = writer.code
    failed, parent, done = (code.new_label() for _ in range(3))
    code.system_call(FORK_CALL)
    code.compare("rax", 0)
    code.jump_if("greater", parent)
    code.jump_if("less", failed)
    writer.execute(arguments["path"])
    code.system_call(EXIT_GROUP, "r15")
    code.label(failed)
    code.move("rbx", 0)
    code.subtract("rbx", "rax")
    writer.report(FAILED, FORK, "rbx")
    code.jump(done)
    code.label(parent)
    code.move("rcx", "@bss")
    code.store("rcx", 16, "rax")
    if arguments["wait"]:
        writer.wait_for("rax")
    code.label(done)


def _execute(writer: Writer, arguments: Arguments) -> None:
    writer.execute(arguments["path"])


def _wait_for_children(writer: Writer, _arguments: Arguments) -> None:
    code, again = writer.code, writer.code.new_label()
    code.label(again)
    writer.wait_for(-1)
    code.compare("rax", 0)
    code.jump_if("greater", again)


def _adopt_orphans(writer: Writer, _arguments: Arguments) -> None:
    writer.code.system_call(_PRCTL, _SUBREAPER, 1, 0, 0, 0)


def _repeat(writer: Writer, arguments: Arguments) -> None:
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


def _stand_in_front(writer: Writer, arguments: Arguments) -> None:
    """As a small init: run a program, wait for everybody, end as that one ends."""
    code = writer.code
    parent, again = code.new_label(), code.new_label()
    code.system_call(FORK_CALL)
    code.compare("rax", 0)
    code.jump_if("not equal", parent)
    writer.execute(arguments["path"])
    code.system_call(EXIT_GROUP, "r15")
    code.label(parent)
    code.move("rcx", "@bss")
    code.store("rcx", 16, "rax")
    code.label(again)
    writer.wait_for(-1)
    code.move("rcx", "@bss")
    code.load("rcx", "rcx", 16)
    code.compare("rax", "rcx")
    code.jump_if("not equal", again)
    code.system_call(EXIT_GROUP, "r15")


STEPS: dict[str, StepWriter] = {
    "compute": _compute,
    "sleep": _sleep,
    "exit": _leave,
    "fork": _fork,
    "spawn": _spawn,
    "exec": _execute,
    "wait_children": _wait_for_children,
    "adopt_orphans": _adopt_orphans,
    "repeat": _repeat,
    "stand_in_front": _stand_in_front,
}
