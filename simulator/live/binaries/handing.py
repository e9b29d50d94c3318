"""Interpreters that the kernel hands files to: registered formats (binfmt_misc).

A line for ``register`` and its fields are those of the kernel's documentation,
admin-guide/binfmt-misc.
"""

from simulator.live.binaries import formats
from simulator.live.binaries.code import Code

BESIDE = "i"
"""Ends the path of the program that does for this processor what a file wants."""
_EXECVE, _EXIT_GROUP = 59, 231
_PATH_BYTES = 256
_ELF_MACHINE, _PE_HEADER = range(18, 20), range(64, 70)
_SIGNS = {
    "elf": (*range(4), *_ELF_MACHINE),
    "pe": (*range(2), *_PE_HEADER),
    "mach-o": tuple(range(8)),
}
"""Places of the bytes that tell a format and its processor, in files of ours."""


def handed_over() -> bytes:
    """Return what an interpreter begins with: code that takes a file over.

    Started with the path of a file, it becomes the program beside that file, where an
    emulator would translate; without one it goes on with what stands behind it.
    """
    code = Code()
    code.load("rcx", "rsp")  # the number of arguments
    code.compare("rcx", 1)
    code.jump_if("equal", "own")
    code.load("rsi", "rsp", 16)
    code.subtract("rsp", _PATH_BYTES)
    code.move("rdi", "rsp")
    code.label("next")
    code.raw(0xAC, 0xAA, 0x84, 0xC0)  # lodsb; stosb; test al, al
    code.jump_if("not equal", "next")
    code.raw(0xC6, 0x47, 0xFF, ord(BESIDE))  # mov byte [rdi - 1], BESIDE
    code.raw(0xC6, 0x07, 0)  # mov byte [rdi], 0
    code.move("rdi", "rsp")
    code.move("rax", 0)
    code.push("rax")
    code.push("rdi")
    code.move("rsi", "rsp")
    code.move("rdx", "rsp")
    code.add("rdx", 8)
    code.system_call(_EXECVE, "rdi", "rsi", "rdx")
    code.system_call(_EXIT_GROUP, 1)
    code.label("own")
    return code.finished()


def registration(
    name: str, binary_format: str, arch: str, interpreter: str, *, opened: bool
) -> str:
    """Return the line that registers an interpreter for files of one format.

    ``opened`` is flag F: the interpreter is opened now, not looked up at each execve.
    Raises KeyError for formats without a sign of their own.
    """
    file = _example(binary_format, arch)
    places = _SIGNS[binary_format]
    length = max(places) + 1
    magic = "".join(f"\\x{file[at] if at in places else 0:02x}" for at in range(length))
    mask = "".join(f"\\x{0xFF if at in places else 0:02x}" for at in range(length))
    flags = "F" if opened else ""
    return f":{name}:M:0:{magic}:{mask}:{interpreter}:{flags}"


def _example(binary_format: str, arch: str) -> bytes:
    if binary_format == "pe":
        return formats.pe(arch)
    if binary_format == "mach-o":
        return formats.mach_o(arch)
    return formats.elf(b"", arch)
