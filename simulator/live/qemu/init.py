"""Process 1 of a guest: it makes the system calls that its serial line asks for.

A wish is the number of a call and its six arguments, eight bytes each; the answer is
what the kernel returned, eight bytes. Whatever else a plan needs is made of that.
"""

import struct

from simulator.live.binaries.code import ARGUMENTS, Code
from simulator.live.binaries.formats import elf

LINE = "/dev/ttyS1"
READY = b"R"
WISH = struct.Struct("<7q")
ANSWER = struct.Struct("<q")
BUFFER_BYTES = 1 << 15
FORK_AND_RUN = -1
"""Instead of a call's number: make a child by clone(2) with the flags of the first
argument, and let it make the wishes at the second one's address; then answer."""
FILL = -2
"""Instead of a call's number: read bytes from the line to the first argument's address,
as many as the second one says."""
_READ, _WRITE, _OPEN, _CLOSE, _IOCTL, _CLONE, _EXIT_GROUP = 0, 1, 2, 3, 16, 56, 231
_TCSETS, _READ_WRITE_NO_TERMINAL = 0x5402, 0o402
_RAW = struct.pack("<4IB19s", 0, 0, 0x18B2, 0, 0, bytes(6) + b"\x01" + bytes(12))
"""``struct termios``: 8 bits, no echo, no signals, bytes as they come."""
_LINE_DESCRIPTOR = 0


def program(line: str = LINE) -> bytes:
    """Return the ELF file of process 1; it says READY, then answers wishes.

    ``line`` is the terminal that they come over.
    """
    code = Code()
    code.system_call(_CLOSE, _LINE_DESCRIPTOR)  # the console, until now
    code.system_call(_OPEN, "@path", _READ_WRITE_NO_TERMINAL, 0)
    code.system_call(_IOCTL, _LINE_DESCRIPTOR, _TCSETS, "@raw")
    code.move("rbp", "@bss")
    code.store("rbp", 0, "rbp")  # where wishes and everything else can be put
    code.system_call(_WRITE, _LINE_DESCRIPTOR, "@ready", 1)
    code.system_call(_WRITE, _LINE_DESCRIPTOR, "rbp", 8)
    code.label("again")
    code.move("r13", "rbp")
    code.move("r14", WISH.size)
    _take(code)
    code.move("rbx", "rbp")
    code.load("rax", "rbx")
    code.compare("rax", FORK_AND_RUN)
    code.jump_if("equal", "fork")
    code.compare("rax", FILL)
    code.jump_if("equal", "fill")
    _make(code)
    code.label("answer")
    code.store("rbp", 0, "rax")
    code.system_call(_WRITE, _LINE_DESCRIPTOR, "rbp", 8)
    code.jump("again")
    code.label("fill")
    code.load("r13", "rbx", 8)
    code.load("r14", "rbx", 16)
    _take(code)
    code.move("rax", "r12")
    code.jump("answer")
    code.label("fork")
    code.load("r12", "rbx", 16)
    code.load("rdi", "rbx", 8)
    code.system_call(_CLONE, "rdi", 0, 0, 0, 0)
    code.compare("rax", 0)
    code.jump_if("not equal", "answer")
    _list(code)
    code.data("path", line.encode() + b"\0")
    code.data("raw", _RAW)
    code.data("ready", READY)
    code.label("bss")
    return elf(code.finished(), "x86_64")


def _take(code: Code) -> None:
    """Read as many bytes from the line as r14 says, to where r13 points."""
    more = code.new_label()
    code.move("r12", 0)
    code.label(more)
    code.move("rsi", "r13")
    code.add("rsi", "r12")
    code.move("rdx", "r14")
    code.subtract("rdx", "r12")
    code.system_call(_READ, _LINE_DESCRIPTOR, "rsi", "rdx")
    code.add("r12", "rax")
    code.compare("r12", "r14")
    code.jump_if("less", more)


def _make(code: Code) -> None:
    """Make the call that rbx points to; its result is in rax."""
    for place, register in enumerate(ARGUMENTS, start=1):
        code.load(register, "rbx", 8 * place)
    code.load("rax", "rbx")
    code.raw(0x0F, 0x05)


def _list(code: Code) -> None:
    """In a child: make the calls that r12 points to, one after the other.

    The first that fails ends the child, with the errno as its status.
    """
    code.label("next")
    code.move("rbx", "r12")
    _make(code)
    code.add("r12", WISH.size)
    code.compare("rax", 0)
    code.jump_if("less", "failed")
    code.jump("next")
    code.label("failed")
    code.move("rdi", 0)
    code.subtract("rdi", "rax")
    code.system_call(_EXIT_GROUP, "rdi")
