"""A loader of programs: what the kernel starts in the place of one that names it.

It finds the program's first instruction in the auxiliary vector (getauxval(3), System
V ABI, section 3.4) and goes there. It loads no libraries: programs here need none.
"""

from functools import lru_cache

from simulator.live.binaries.code import Code
from simulator.live.binaries.formats import elf

_ENTRY = 9
"""The type of the entry that holds the program's first instruction."""
_BASE = 0x10000000
"""Far from where programs lie."""


@lru_cache(maxsize=1)
def loader() -> bytes:
    """Return the ELF file of the loader for x86-64."""
    code = Code()
    look, found = code.new_label(), code.new_label()
    code.move("rbx", "rsp")
    code.add("rbx", 8)
    for _ in ("arguments", "environment"):
        skip = code.new_label()
        code.label(skip)
        code.load("rax", "rbx")
        code.add("rbx", 8)
        code.compare("rax", 0)
        code.jump_if("not equal", skip)
    code.label(look)
    code.load("rax", "rbx")
    code.compare("rax", _ENTRY)
    code.jump_if("equal", found)
    code.add("rbx", 16)
    code.jump(look)
    code.label(found)
    code.load("rax", "rbx", 8)
    code.raw(0xFF, 0xE0)  # jmp rax
    return elf(code.finished(), "x86_64", base=_BASE)
