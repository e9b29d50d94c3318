"""A small assembler for x86-64: what the programs of live probes need, no more.

Encodings are those of the Intel 64 manual, volume 2. Registers rbx, rbp and r12 to
r15 keep their values over system calls; rcx and r11 do not.
"""

import struct
from dataclasses import dataclass, field
from itertools import count

_LOW = 7
"""Numbers of the registers that the first eight instructions of the 8086 knew."""
_NEEDS_BYTE = 4
"""Low bits of rsp and r12: as a base they are named by a byte of their own."""
REGISTERS = (
    "rax",
    "rcx",
    "rdx",
    "rbx",
    "rsp",
    "rbp",
    "rsi",
    "rdi",
    "r8",
    "r9",
    "r10",
    "r11",
    "r12",
    "r13",
    "r14",
    "r15",
)
ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
"""Where Linux takes the arguments of a system call from."""
CONDITIONS = {"equal": 0x84, "not equal": 0x85, "less": 0x8C, "greater": 0x8F}
"""Second byte of a near conditional jump after signed comparison."""

Operand = int | str
"""A number, or the name of a register, or ``@label`` for an address."""


@dataclass(slots=True)
class Code:
    """Machine code under construction; labels are filled in at the end."""

    content: bytearray = field(default_factory=bytearray)
    labels: dict[str, int] = field(default_factory=dict)
    holes: list[tuple[int, str]] = field(default_factory=list)
    """Places of four bytes that hold a distance to a label, from their own end."""
    _numbers: count = field(default_factory=count)  # type: ignore[type-arg]

    def new_label(self) -> str:
        """Return a label that nobody else has."""
        return f"_{next(self._numbers)}"

    def label(self, name: str) -> None:
        """Let ``name`` stand for this place."""
        self.labels[name] = len(self.content)

    def data(self, name: str, content: bytes) -> None:
        """Place bytes under a label."""
        self.label(name)
        self.content += content

    def move(self, register: str, operand: Operand) -> None:
        """Set a register to a number, to another register, or to an address."""
        number = REGISTERS.index(register)
        if isinstance(operand, int):
            # mov r64, imm32 (sign-extended) or imm64
            if -(2**31) <= operand < 2**31:
                self._emit(0x48 | number >> 3, 0xC7, 0xC0 | number & 7)
                self.content += struct.pack("<i", operand)
            else:
                self._emit(0x48 | number >> 3, 0xB8 | number & 7)
                self.content += struct.pack("<q", operand)
        elif operand.startswith("@"):
            # lea r64, [rip + distance]
            self._emit(0x48 | number >> 3 << 2, 0x8D, 0x05 | (number & 7) << 3)
            self._hole(operand[1:])
        else:
            self._pair(0x89, register, operand)

    def add(self, register: str, operand: Operand) -> None:
        """Add a number or another register."""
        self._arithmetic(0, 0x01, register, operand)

    def subtract(self, register: str, operand: Operand) -> None:
        """Subtract a number or another register."""
        self._arithmetic(5, 0x29, register, operand)

    def keep_bits(self, register: str, operand: int) -> None:
        """Clear all bits but those of a number."""
        self._arithmetic(4, 0x21, register, operand)

    def compare(self, register: str, operand: Operand) -> None:
        """Compare, for the conditional jump that follows."""
        self._arithmetic(7, 0x39, register, operand)

    def shift_right(self, register: str, bits: int) -> None:
        """Divide by a power of two, as for numbers without a sign."""
        number = REGISTERS.index(register)
        self._emit(0x48 | number >> 3, 0xC1, 0xE8 | number & 7, bits)

    def push(self, register: str) -> None:
        """Put a register onto the stack."""
        self._stack(0x50, register)

    def pop(self, register: str) -> None:
        """Take the top of the stack."""
        self._stack(0x58, register)

    def load(self, register: str, base: str, offset: int = 0) -> None:
        """Read eight bytes at an address."""
        self._memory(0x8B, register, base, offset)

    def store(self, base: str, offset: int, register: str) -> None:
        """Write eight bytes to an address."""
        self._memory(0x89, register, base, offset)

    def jump(self, label: str) -> None:
        """Go on at a label."""
        self._emit(0xE9)
        self._hole(label)

    def jump_if(self, condition: str, label: str) -> None:
        """Go on at a label when the last comparison came out so."""
        self._emit(0x0F, CONDITIONS[condition])
        self._hole(label)

    def system_call(self, number: int, *operands: Operand) -> None:
        """Make a system call; its result is in rax, an error as its negative."""
        for register, operand in zip(ARGUMENTS, operands, strict=False):
            if operand != register:
                self.move(register, operand)
        self.move("rax", number)
        self._emit(0x0F, 0x05)

    def raw(self, *values: int) -> None:
        """Add instructions that have no method of their own, byte by byte."""
        self._emit(*values)

    def finished(self) -> bytes:
        """Return the code with all distances filled in."""
        content = bytearray(self.content)
        for place, label in self.holes:
            distance = self.labels[label] - (place + 4)
            content[place : place + 4] = struct.pack("<i", distance)
        return bytes(content)

    def _emit(self, *values: int) -> None:
        self.content += bytes(values)

    def _hole(self, label: str) -> None:
        self.holes.append((len(self.content), label))
        self.content += bytes(4)

    def _pair(self, opcode: int, target: str, source: str) -> None:
        to, from_ = REGISTERS.index(target), REGISTERS.index(source)
        self._emit(
            0x48 | to >> 3 | from_ >> 3 << 2, opcode, 0xC0 | (from_ & 7) << 3 | to & 7
        )

    def _arithmetic(
        self, group: int, opcode: int, register: str, operand: Operand
    ) -> None:
        if isinstance(operand, str):
            self._pair(opcode, register, operand)
            return
        number = REGISTERS.index(register)
        self._emit(0x48 | number >> 3, 0x81, 0xC0 | group << 3 | number & 7)
        self.content += struct.pack("<i", operand)

    def _stack(self, opcode: int, register: str) -> None:
        number = REGISTERS.index(register)
        if number > _LOW:
            self._emit(0x41)
        self._emit(opcode | number & 7)

    def _memory(self, opcode: int, register: str, base: str, offset: int) -> None:
        number, at = REGISTERS.index(register), REGISTERS.index(base)
        self._emit(
            0x48 | at >> 3 | number >> 3 << 2, opcode, 0x80 | (number & 7) << 3 | at & 7
        )
        if at & _LOW == _NEEDS_BYTE:
            self._emit(0x24)
        self.content += struct.pack("<i", offset)
