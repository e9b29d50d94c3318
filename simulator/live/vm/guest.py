"""A guest kernel of our own: it boots through the modes of the processor and prints.

Starts in real mode as after a reset, sets up long mode, enters user mode, works, and
says how far it is on the serial port. Encodings are those of the Intel 64 manual.
"""

import struct
from dataclasses import dataclass

from simulator.live.binaries.code import Code

MEMORY = 2 << 20
"""Bytes of the guest's memory: one large page."""
START = 0x1000
SERIAL, END = 0x3F8, 0xF4
"""Ports: the first serial line, and where the guest says that it is done."""
_TABLES, _GDT, _STACK = 0x10000, 0x20000, 0x80000
_CODE32, _CODE64, _DATA, _USER_DATA, _USER_CODE = 0x08, 0x10, 0x18, 0x23, 0x2B
_IO_FOR_ALL = 0x3002
"""Flags of user mode: with its ports, so that it can print."""
STAGES = {"1": "real_mode", "2": "long_mode", "3": "user_mode", "4": "work_done"}
"""What the guest prints at the end of each stage."""


@dataclass(frozen=True, slots=True)
class Guest:
    """The content of a guest's memory, and how much it has to do."""

    image: bytes
    loops: int


def guest(loops: int, *, crashes: bool = False) -> Guest:
    """Return a guest that counts down from ``loops`` in user mode.

    One that ``crashes`` runs into an instruction that does not exist, with nobody to
    handle it: the processor shuts down.
    """
    memory = bytearray(MEMORY)
    real = _real_mode(START)
    memory[START : START + len(real)] = real
    long = START + len(real)
    code = _long_mode(loops, crashes=crashes)
    memory[long : long + len(code)] = code
    tables = _page_tables()
    memory[_TABLES : _TABLES + len(tables)] = tables
    descriptors = _descriptors()
    memory[_GDT : _GDT + len(descriptors)] = descriptors
    return Guest(bytes(memory), loops)


def _out(character: str) -> bytes:
    """Mov dx, SERIAL; mov al, character; out dx, al (16-bit operands)."""
    return b"\xba" + struct.pack("<H", SERIAL) + b"\xb0" + character.encode() + b"\xee"


def _real_mode(at: int) -> bytes:
    """From real mode to long mode, without a stop in protected mode."""
    code = b"\xfa" + _out("1")  # cli
    gdt_pointer = at + 0x70
    code += b"\x66\x0f\x01\x16" + struct.pack("<H", gdt_pointer)  # lgdt
    code += b"\x0f\x20\xe0\x66\x83\xc8\x20\x0f\x22\xe0"  # cr4 |= PAE
    code += b"\x66\xb8" + struct.pack("<I", _TABLES) + b"\x0f\x22\xd8"  # cr3
    code += b"\x66\xb9\x80\x00\x00\xc0\x0f\x32"  # ecx = EFER; rdmsr
    code += b"\x66\x0d\x00\x01\x00\x00\x0f\x30"  # eax |= LME; wrmsr
    code += b"\x0f\x20\xc0\x66\x0d\x01\x00\x00\x80\x0f\x22\xc0"  # cr0 |= PG | PE
    code += b"\x66\xea" + struct.pack("<IH", at + 0x80, _CODE64)  # far jump
    code = code.ljust(0x70, b"\x90")
    code += struct.pack("<HI", 6 * 8 - 1, _GDT)
    return code.ljust(0x80, b"\x90")


def _print(code: Code, character: str) -> None:
    code.raw(0x66, 0xBA, *struct.pack("<H", SERIAL), 0xB0, ord(character), 0xEE)


def _long_mode(loops: int, *, crashes: bool) -> bytes:
    """In the kernel of the guest, then in its user mode."""
    code = Code()
    code.raw(0x66, 0xB8, _DATA, 0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0)  # ds, es, ss
    code.move("rsp", _STACK)
    _print(code, "2")
    if crashes:
        code.raw(0x0F, 0x0B)  # ud2
    for value in (_USER_DATA, _STACK, _IO_FOR_ALL, _USER_CODE):
        code.move("rax", value)
        code.push("rax")
    code.move("rax", "@user")
    code.push("rax")
    code.raw(0x48, 0xCF)  # iretq
    code.label("user")
    _print(code, "3")
    code.move("rbx", loops)
    code.label("again")
    code.raw(0x48, 0xFF, 0xCB)  # dec rbx
    code.jump_if("not equal", "again")
    _print(code, "4")
    code.raw(0xB0, 0, 0xE6, END)  # mov al, 0; out END, al
    code.label("stay")
    code.jump("stay")
    return code.finished()


def _page_tables() -> bytes:
    """Map the guest's memory onto itself, for user mode too: one page of 2 MiB."""
    present_write_user, large = 0x7, 0x80
    tables = bytearray(3 * 4096)
    struct.pack_into("<Q", tables, 0, _TABLES + 4096 | present_write_user)
    struct.pack_into("<Q", tables, 4096, _TABLES + 8192 | present_write_user)
    struct.pack_into("<Q", tables, 8192, large | present_write_user)
    return bytes(tables)


def _descriptors() -> bytes:
    """Segments: none, 32-bit code, kernel code and data, user data and code."""
    return struct.pack(
        "<6Q",
        0,
        0x00CF9A000000FFFF,
        0x00AF9A000000FFFF,
        0x00CF92000000FFFF,
        0x00CFF2000000FFFF,
        0x00AFFA000000FFFF,
    )
