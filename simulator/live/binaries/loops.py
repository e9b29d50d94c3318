"""Programs whose run time is what one wants to know: one thing, over and over."""

from simulator.live.binaries.code import Code
from simulator.live.binaries.formats import elf

_READ, _WRITE, _PIPE, _GETPPID = 0, 1, 22, 110
_FORK, _EXIT_GROUP, _WAIT4, _KILL = 57, 231, 61, 62
_THERE, _BACK = (3, 4), (5, 6)
"""Both ends of two pipes: the first descriptors after the standard ones."""


def exits() -> bytes:
    """Return a program that ends at once."""
    code = Code()
    code.system_call(_EXIT_GROUP, 0)
    return elf(code.finished(), "x86_64")


def system_calls(count: int) -> bytes:
    """Return a program that makes the cheapest system call so often."""
    code, again = Code(), "again"
    code.move("r12", count)
    code.label(again)
    code.system_call(_GETPPID)
    _count_down(code, again)
    code.system_call(_EXIT_GROUP, 0)
    return elf(code.finished(), "x86_64")


def ping_pong(count: int) -> bytes:
    """Return a program that sends a byte to a child and back, so often."""
    code, parent, again, serve = Code(), "parent", "again", "serve"
    for offset in (0, 8):
        code.move("rdi", "@bss")
        code.add("rdi", offset)
        code.system_call(_PIPE, "rdi")
    code.system_call(_FORK)
    code.move("rbp", "rax")
    code.compare("rbp", 0)
    code.jump_if("not equal", parent)
    code.label(serve)
    _one_byte(code, _READ, _THERE[0])
    _one_byte(code, _WRITE, _BACK[1])
    code.jump(serve)
    code.label(parent)
    code.move("r12", count)
    code.label(again)
    _one_byte(code, _WRITE, _THERE[1])
    _one_byte(code, _READ, _BACK[0])
    _count_down(code, again)
    code.system_call(_KILL, "rbp", 9)
    code.system_call(_WAIT4, "rbp", 0, 0, 0)
    code.system_call(_EXIT_GROUP, 0)
    code.label("bss")
    return elf(code.finished(), "x86_64")


def _one_byte(code: Code, call: int, descriptor: int) -> None:
    code.move("rsi", "@bss")
    code.system_call(call, descriptor, "rsi", 1)


def _count_down(code: Code, again: str) -> None:
    code.subtract("r12", 1)
    code.compare("r12", 0)
    code.jump_if("greater", again)
