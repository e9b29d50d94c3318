"""The guest as firmware: started at the reset vector, as QEMU starts it."""

from typing import Any

import pytest
import unicorn
from unicorn import x86_const

from simulator.live.vm.guest import MEMORY, SERIAL, START, Guest, guest
from simulator.live.vm.rom import ROM, firmware

SHOWN_AT, RESET = 0xF0000, 0xFFFF0


def started(image: bytes) -> Any:
    """Return an emulated processor as after a reset, with a firmware."""
    machine = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_16)
    machine.mem_map(0, MEMORY)
    machine.mem_write(SHOWN_AT, image)
    machine.reg_write(x86_const.UC_X86_REG_CS, SHOWN_AT >> 4)
    return machine


def test_it_puts_the_guest_where_it_belongs() -> None:
    wanted = guest(1000)
    machine = started(firmware(wanted))
    machine.emu_start(RESET, START, timeout=10_000_000)
    memory = bytearray(machine.mem_read(0, MEMORY))
    memory[SHOWN_AT : SHOWN_AT + ROM] = bytes(ROM)
    assert memory == wanted.image
    assert machine.reg_read(x86_const.UC_X86_REG_CS) == 0


def test_the_guest_then_boots() -> None:
    said: list[tuple[int, int]] = []
    machine = started(firmware(guest(3)))

    def on_out(_emulator: Any, port: int, _size: int, value: int, _: object) -> None:
        said.append((port, value))

    hook = unicorn.UC_HOOK_INSN
    machine.hook_add(hook, on_out, None, 1, 0, x86_const.UC_X86_INS_OUT)
    machine.emu_start(RESET, 0, timeout=1_000_000, count=2000)
    assert said[:4] == [(SERIAL, ord(character)) for character in "1234"]


def test_a_guest_that_is_too_large() -> None:
    image = bytes([1]) * 0x9000
    with pytest.raises(ValueError, match="a guest of 36864 bytes does not fit"):
        firmware(Guest(image, 1))
