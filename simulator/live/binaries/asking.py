"""Steps that ask something of the kernel which it may refuse; the answer is told."""

from simulator.live.binaries.writing import (
    CALL,
    EXIT_GROUP,
    KILL_CALL,
    MEMORY,
    READ,
    REQUESTS,
    SEGMENT,
    SETUID,
    SIGNAL,
    UNSHARE,
    WANTED,
    WRITE,
    Arguments,
    StepWriter,
    Writer,
)

CALLS = ("sethostname",)
"""Privileged calls by their number in records."""
FLAGS = {
    "mnt": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_OPEN, _CLOSE, _MMAP, _SHMGET, _SETUID, _PRCTL = 2, 3, 9, 29, 105, 157
_SETHOSTNAME, _UNSHARE = 170, 272
_DUMPABLE, _WRITE_ONLY, _READ_WRITE, _PRIVATE_ANONYMOUS = 4, 1, 3, 0x22
_CREATE_NEW = 0o1000 | 0o2000 | 0o600
_PAGE = 4096
_PIDS = 32
"""Where the numbers that were asked for are read to, from ``bss`` on."""


def _kill(writer: Writer, arguments: Arguments) -> None:
    """Send a signal to one number, or to all that the sandbox gives for a program."""
    code, number = writer.code, arguments["number"]
    if arguments["pid"] is not None:
        code.system_call(KILL_CALL, arguments["pid"], number)
        writer.tell_outcome(SIGNAL, number)
        return
    again, done = code.new_label(), code.new_label()
    writer.report(WANTED, arguments["wanted"], 0)
    code.label(again)
    code.move("rsi", "@bss")
    code.add("rsi", _PIDS)
    code.system_call(READ, REQUESTS, "rsi", 8)
    code.move("rsi", "@bss")
    code.load("rdi", "rsi", _PIDS)
    code.compare("rdi", 0)
    code.jump_if("equal", done)
    code.system_call(KILL_CALL, "rdi", number)
    writer.tell_outcome(SIGNAL, number)
    code.jump(again)
    code.label(done)


def _set_user(writer: Writer, arguments: Arguments) -> None:
    """Become a user; the files of /proc/self stay one's own."""
    writer.code.system_call(_SETUID, arguments["uid"])
    writer.tell_outcome(SETUID, arguments["uid"])
    writer.code.system_call(_PRCTL, _DUMPABLE, 1, 0, 0, 0)
    writer.user = arguments["uid"]


def _unshare(writer: Writer, arguments: Arguments) -> None:
    """Leave namespaces; of a new user namespace the map is a part of it."""
    code, flags = writer.code, sum(FLAGS[kind] for kind in arguments["kinds"])
    code.system_call(_UNSHARE, flags)
    if "user" in arguments["kinds"]:
        failed = code.new_label()
        code.compare("rax", 0)
        code.jump_if("less", failed)
        _write_map(writer, arguments["uid_map"])
        code.label(failed)
    writer.tell_outcome(UNSHARE)


def _write_map(writer: Writer, ranges: tuple[Arguments, ...]) -> None:
    """Write one's own map of users; the result of the write is in rax then."""
    code = writer.code
    rows = [(r["inside"], r["outside"], r["count"]) for r in ranges]
    text = "".join(f"{a} {b} {c}\n" for a, b, c in rows or [(0, writer.user, 1)])
    code.system_call(_OPEN, writer.text("/proc/self/uid_map"), _WRITE_ONLY, 0)
    code.move("rbx", "rax")
    code.system_call(WRITE, "rbx", writer.text(text), len(text))
    code.move("rbp", "rax")
    code.system_call(_CLOSE, "rbx")
    code.move("rax", "rbp")


def _system_call(writer: Writer, arguments: Arguments) -> None:
    name, value = arguments["name"], arguments["value"]
    writer.code.system_call(_SETHOSTNAME, writer.text(value), len(value))
    writer.tell_outcome(CALL, CALLS.index(name))


def _make_segment(writer: Writer, arguments: Arguments) -> None:
    writer.code.system_call(_SHMGET, arguments["key"], _PAGE, _CREATE_NEW)
    writer.tell_outcome(SEGMENT, arguments["key"])


def _find_segment(writer: Writer, arguments: Arguments) -> None:
    writer.code.system_call(_SHMGET, arguments["key"], 0, 0)
    writer.tell_outcome(SEGMENT, arguments["key"])


def _allocate(writer: Writer, arguments: Arguments) -> None:
    """Map private memory and write to each of its pages."""
    code, size = writer.code, arguments["mib"] << 20
    refused, again, done = (code.new_label() for _ in range(3))
    code.system_call(_MMAP, 0, size, _READ_WRITE, _PRIVATE_ANONYMOUS, -1, 0)
    code.move("rbp", "rax")
    code.compare("rax", 0)
    code.jump_if("less", refused)
    code.move("rbx", size // _PAGE)
    code.label(again)
    code.store("rbp", 0, "rbx")
    code.add("rbp", _PAGE)
    code.subtract("rbx", 1)
    code.compare("rbx", 0)
    code.jump_if("greater", again)
    code.move("rax", 0)
    code.label(refused)
    writer.tell_outcome(MEMORY, arguments["mib"])
    if arguments["on_error"] == "exit":
        code.compare("rbp", 0)
        code.jump_if("greater", done)
        code.system_call(EXIT_GROUP, 1)
        code.label(done)


STEPS: dict[str, StepWriter] = {
    "kill": _kill,
    "set_user": _set_user,
    "unshare": _unshare,
    "system_call": _system_call,
    "make_segment": _make_segment,
    "find_segment": _find_segment,
    "allocate": _allocate,
}
NEEDS = {
    "set_user": ("setuid",),
    "unshare": ("unshare", "open"),
    "system_call": ("sethostname",),
    "make_segment": ("shmget",),
    "find_segment": ("shmget",),
}
"""System calls beyond those that every program may make."""
