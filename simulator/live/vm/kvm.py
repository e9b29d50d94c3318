"""A small virtual machine monitor on /dev/kvm: create, run, watch each exit.

Numbers of requests and offsets in ``struct kvm_run`` are those of ``linux/kvm.h`` for
x86-64, API version 12.
"""

import ctypes
import fcntl
import mmap
import os
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from simulator.live.vm.guest import END, MEMORY, START, Guest
from simulator.live.vm.life import Exit, Life

_API_VERSION, _CREATE_VM, _VCPU_MMAP_SIZE = 0xAE00, 0xAE01, 0xAE04
_CREATE_VCPU, _SET_MEMORY, _RUN = 0xAE41, 0x4020AE46, 0xAE80
_SET_REGISTERS, _GET_SPECIAL, _SET_SPECIAL = 0x4090AE82, 0x8138AE83, 0x4138AE84
_SUPPORTED_CPUID, _SET_CPUID = 0xC008AE05, 0x4008AE90
_REGISTERS_SIZE, _SPECIAL_SIZE = 144, 312
_CPUID_ENTRIES, _CPUID_SIZE = 256, 40
API_VERSION = 12
_EXIT_IO, _EXIT_HLT, _EXIT_SHUTDOWN, _EXIT_INTR = 2, 5, 8, 10
EXITS = {
    0: "unknown",
    _EXIT_IO: "io",
    _EXIT_HLT: "hlt",
    6: "mmio",
    _EXIT_SHUTDOWN: "shutdown",
    9: "fail_entry",
    _EXIT_INTR: "interrupted",
    17: "internal_error",
}
_IMMEDIATE_EXIT, _REASON, _IO_PORT, _IO_OFFSET = 1, 8, 34, 40


def run_on_kvm(guest: Guest, *, seconds: float) -> Life:
    """Create a virtual machine, run the guest to its end, and say what happened.

    The time is bounded by a timer's signal; that works in a main thread only.
    Raises OSError when /dev/kvm cannot be used.
    """
    began = time.perf_counter()
    life = Life()
    with _machine(guest) as (vcpu, shared), _alarm(shared, seconds):
        while not life.ended:
            _step(vcpu, shared, life, began)
    return life


def _step(vcpu: int, shared: Any, life: Life, began: float) -> None:
    """Enter the guest once and deal with its exit."""
    with suppress(InterruptedError):
        fcntl.ioctl(vcpu, _RUN, 0)
    at_us = int((time.perf_counter() - began) * 1_000_000)
    if shared[_IMMEDIATE_EXIT]:
        life.ended = "out of time"
        return
    (reason,) = struct.unpack_from("<I", shared, _REASON)
    if reason != _EXIT_IO:
        life.exits.append(Exit(at_us, EXITS.get(reason, str(reason))))
        life.ended = EXITS.get(reason, str(reason))
        return
    (port,) = struct.unpack_from("<H", shared, _IO_PORT)
    (offset,) = struct.unpack_from("<Q", shared, _IO_OFFSET)
    value = shared[offset]
    life.exits.append(Exit(at_us, "io", port, value))
    if port == END:
        life.ended = "done"
    else:
        life.serial += chr(value)


@contextmanager
def _machine(guest: Guest) -> Iterator[tuple[int, Any]]:
    """Create a machine with one processor that stands before its first instruction."""
    with _opened() as (system, opened):
        if fcntl.ioctl(system, _API_VERSION, 0) != API_VERSION:
            raise OSError(f"/dev/kvm has another API than version {API_VERSION}")
        machine = fcntl.ioctl(system, _CREATE_VM, 0)
        opened.append(machine)
        memory = mmap.mmap(-1, MEMORY)
        memory[:] = guest.image
        address = _address(memory)
        region = struct.pack("<IIQQQ", 0, 0, 0, MEMORY, address)
        fcntl.ioctl(machine, _SET_MEMORY, region)
        vcpu = fcntl.ioctl(machine, _CREATE_VCPU, 0)
        opened.append(vcpu)
        size = fcntl.ioctl(system, _VCPU_MMAP_SIZE, 0)
        shared = mmap.mmap(
            vcpu, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE
        )
        _show_processor(system, vcpu)
        _set_registers(vcpu)
        try:
            yield vcpu, shared
        finally:
            shared.close()


@contextmanager
def _opened() -> Iterator[tuple[int, list[int]]]:
    """Open /dev/kvm; close it and what was made from it, the last first."""
    system = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    opened = [system]
    try:
        yield system, opened
    finally:
        for descriptor in reversed(opened):
            os.close(descriptor)


def _address(memory: mmap.mmap) -> int:
    """Where the guest's memory lies in this process."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def _show_processor(system: int, vcpu: int) -> None:
    """Let the guest see what this processor can do; long mode is a part of that."""
    features = bytearray(8 + _CPUID_ENTRIES * _CPUID_SIZE)
    struct.pack_into("<I", features, 0, _CPUID_ENTRIES)
    fcntl.ioctl(system, _SUPPORTED_CPUID, features)
    fcntl.ioctl(vcpu, _SET_CPUID, features)


def _set_registers(vcpu: int) -> None:
    """Real mode, code segment at 0, the first instruction at START."""
    special = bytearray(_SPECIAL_SIZE)
    fcntl.ioctl(vcpu, _GET_SPECIAL, special)
    struct.pack_into("<QIH", special, 0, 0, 0xFFFF, 0)
    fcntl.ioctl(vcpu, _SET_SPECIAL, special)
    registers = bytearray(_REGISTERS_SIZE)
    struct.pack_into("<QQ", registers, 16 * 8, START, 2)
    fcntl.ioctl(vcpu, _SET_REGISTERS, registers)


@contextmanager
def _alarm(shared: Any, seconds: float) -> Iterator[None]:
    """Let the guest be left for good when its time is over."""

    def stop(_number: int, _frame: object) -> None:
        shared[_IMMEDIATE_EXIT] = 1

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.01)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
