"""Operating systems as installed: what a kernel is made from, and its boot stages."""

from dataclasses import dataclass
from functools import cache

from simulator.subsystems.families import RUNTIME_OF_FAMILY
from simulator.subsystems.files import RUNTIMES, Program
from simulator.subsystems.loaders import Image

FIRMWARE_SHARE = 100
"""Thousandths of the whole boot that the platform's firmware takes beforehand."""
STAGES = (
    ("boot_loader", 60, ""),
    ("kernel", 160, "kernel"),
    ("drivers", 180, "drivers"),
    ("init", 100, ""),
    ("services", 400, "services"),
)
"""A kernel's boot stages: name, thousandths of the whole, whose memory it takes.

The whole is calibrated; the shares are this model's choice."""

BUSY_SHARE = 4
"""One part in so many of a boot stage is CPU work, the rest waits for devices."""
JITTER_PERMILLE = 20

PID_MAX = 32_768
"""``kernel.pid_max`` of Linux when nobody sets it."""

_INIT = {
    "linux": ("init", "/sbin/init", "elf"),
    "nt": ("smss", "/windows/system32/smss.exe", "pe"),
    "darwin": ("launchd", "/sbin/launchd", "mach-o"),
}
"""The first program that each family of kernels starts: name, path, format."""


@dataclass(frozen=True, slots=True)
class System:
    """An operating system as installed: kernel, user land, what its boot takes."""

    name: str
    family: str
    version: str
    arch: str
    kernel_kib: int
    drivers_kib: int
    services_kib: int
    boot: str = "guest_boot"
    """The calibrated figure of a whole boot."""
    runtimes: tuple[str, ...] = ()
    hypervisor: str = ""
    """The hypervisor that its boot loader can start below it."""
    features: tuple[str, ...] = ()
    """Optional features that are on when it is installed."""
    swap_kib: int = 0
    desktop: bool = False
    """Made for a person's own computer, not for a server."""
    pid_max: int = PID_MAX
    """How many processes there can be at a time."""
    panic_on_oops: bool = False
    """A bug met in a system call ends the kernel, not only that process."""
    panic_timeout_s: int = 0
    """Seconds from a panic to a reboot; 0: it hangs until somebody comes."""


@cache
def _init_program(family: str, arch: str) -> Program:
    name, path, binary_format = _INIT[family]
    return Program(name, path, binary_format, arch, reaps=True)


def init_image(system: System) -> Image:
    """Return the first program of a system, its memory part of the services'."""
    program = _init_program(system.family, system.arch)
    runtime = RUNTIMES[RUNTIME_OF_FAMILY[system.family]]
    return Image(program, runtime, program.format)
