"""The same guest without /dev/kvm: every instruction emulated by Unicorn."""

import time
from typing import Any

from simulator.live.vm.guest import END, MEMORY, START, Guest
from simulator.live.vm.life import Exit, Life

_ANY_ADDRESS = (1, 0)
"""A hook on a range that ends before it begins holds for all addresses."""


def run_emulated(guest: Guest, *, seconds: float) -> Life:
    """Run the guest to its end under emulation, and say what happened.

    Raises ImportError where Unicorn is not installed.
    """
    import unicorn  # noqa: PLC0415  optional: GPL, and 56 MB
    from unicorn import x86_const  # noqa: PLC0415  the same

    began = time.perf_counter()
    life = Life()
    machine = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_16)
    machine.mem_map(0, MEMORY)
    machine.mem_write(0, guest.image)

    def on_out(emulator: Any, port: int, _size: int, value: int, _data: object) -> None:
        at_us = int((time.perf_counter() - began) * 1_000_000)
        life.exits.append(Exit(at_us, "io", port, value))
        if port == END:
            life.ended = "done"
            emulator.emu_stop()
        else:
            life.serial += chr(value)

    out = x86_const.UC_X86_INS_OUT
    machine.hook_add(unicorn.UC_HOOK_INSN, on_out, None, *_ANY_ADDRESS, out)
    try:
        machine.emu_start(START, 0, timeout=int(seconds * 1_000_000))
    except unicorn.UcError:
        life.ended = "shutdown"
    life.ended = life.ended or "out of time"
    return life
