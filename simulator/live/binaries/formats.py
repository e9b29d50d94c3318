"""Headers of executable formats, as small as their kernels take them.

ELF: System V ABI, chapter 4, and elf(5). PE: Microsoft's PE Format. Mach-O: the
headers of Darwin, ``mach-o/loader.h``.
"""

import struct

ELF_MACHINES = {"i386": 3, "x86_64": 62, "aarch64": 183, "riscv64": 243}
PE_MACHINES = {"x86_64": 0x8664, "aarch64": 0xAA64, "riscv64": 0x5064}
MACH_CPUS = {"x86_64": 0x01000007, "aarch64": 0x0100000C}
WRITTEN = {"elf": ELF_MACHINES, "pe": PE_MACHINES, "mach-o": MACH_CPUS}
"""By format: the processors whose files we can write."""
BASE = 0x400000
"""Where the file is mapped; any page above the lowest 64 KiB would do."""
_ELF_HEADER, _PROGRAM_HEADER = 64, 56
_PT_LOAD, _PT_INTERP = 1, 3
_READ_WRITE_EXECUTE = 7
_BSS = 1 << 16


def elf(code: bytes, arch: str, *, interpreter: str = "", base: int = BASE) -> bytes:
    """Return an ELF file that starts with ``code`` and is mapped at ``base``.

    With ``interpreter`` the file asks for that program to load it, as a dynamically
    linked one does.
    """
    named = interpreter.encode() + b"\0" if interpreter else b""
    headers = 2 if named else 1
    start = _ELF_HEADER + headers * _PROGRAM_HEADER
    whole = start + len(named) + len(code)
    load = struct.pack(
        "<IIQQQQQQ",
        _PT_LOAD,
        _READ_WRITE_EXECUTE,
        0,
        base,
        base,
        whole,
        whole + _BSS,
        0x1000,
    )
    wanted = struct.pack(
        "<IIQQQQQQ", _PT_INTERP, 4, start, base + start, base + start, *_sizes(named), 1
    )
    header = struct.pack(
        "<4sBBBB8xHHIQQQIHHHHHH",
        b"\x7fELF",
        2,  # 64 bits
        1,  # the low byte first
        1,
        0,
        2,  # an executable file
        ELF_MACHINES[arch],
        1,
        base + start + len(named),
        _ELF_HEADER,
        0,
        0,
        _ELF_HEADER,
        _PROGRAM_HEADER,
        headers,
        0,
        0,
        0,
    )
    programs = wanted + load if named else load
    return header + programs + named + code


def elf32(interpreter: str) -> bytes:
    """Return a 32-bit ELF file for the i386 that names the program to load it."""
    named = interpreter.encode() + b"\0"
    start = 52 + 2 * 32
    whole = start + len(named)
    wanted = (_PT_INTERP, start, BASE + start, BASE + start, *_sizes(named), 4, 1)
    load = (_PT_LOAD, 0, BASE, BASE, whole, whole, _READ_WRITE_EXECUTE, 0x1000)
    identity = struct.pack("<4sBBBB8x", b"\x7fELF", 1, 1, 1, 0)
    fields = (2, ELF_MACHINES["i386"], 1, BASE, 52, 0, 0, 52, 32, 2, 0, 0, 0)
    header = struct.pack("<HHIIIIIHHHHHH", *fields)
    return identity + header + struct.pack("<8I8I", *wanted, *load) + named


def _sizes(named: bytes) -> tuple[int, int]:
    return len(named), len(named)


def pe(arch: str) -> bytes:
    """Return a PE32+ file for the Windows console that returns at once."""
    text = b"\x31\xc0\xc3".ljust(512, b"\0")
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", PE_MACHINES[arch], 1, 0, 0, 0, 240, 34)
    optional = struct.pack(
        "<HBBIIIIIQIIHHHHHHIIIIHHQQQQII",
        0x20B,  # PE32+
        14,
        0,
        512,
        0,
        0,
        0x1000,
        0x1000,
        0x140000000,
        0x1000,
        512,
        6,
        0,
        0,
        0,
        6,
        0,
        0,
        0x2000,
        512,
        0,
        3,  # the console's subsystem
        0x8160,
        0x100000,
        0x1000,
        0x100000,
        0x1000,
        0,
        16,
    ) + bytes(16 * 8)
    section = struct.pack(
        "<8sIIIIIIHHI", b".text", 3, 0x1000, 512, 512, 0, 0, 0, 0, 0x60000020
    )
    return (dos + coff + optional + section).ljust(512, b"\0") + text


def mach_o(arch: str) -> bytes:
    """Return a 64-bit Mach-O file with one segment and no entry."""
    segment = struct.pack(
        "<II16sQQQQiiII", 0x19, 72, b"__TEXT", 1 << 32, 4096, 0, 4096, 5, 5, 0, 0
    )
    header = struct.pack(
        "<IIIIIIII", 0xFEEDFACF, MACH_CPUS[arch], 3, 2, 1, len(segment), 1, 0
    )
    return (header + segment).ljust(4096, b"\0")


def script(interpreter: str, *, line_end: str = "\n") -> bytes:
    """Return a script that names its interpreter; without one, text alone."""
    first = f"#!{interpreter}{line_end}" if interpreter else ""
    return f"{first}exit 0\n".encode()
