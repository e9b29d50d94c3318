"""Mechanisms of kernels: loaders and system calls."""

from simulator.mechanisms.mechanism import Mechanism

LOADERS = ("misc", "script", "elf", "pe", "mach-o")
ABIS = ("linux", "nt", "darwin")

MECHANISMS = {
    "kernel.linux.loaders": Mechanism(
        ("misc", "script", "elf"),
        LOADERS,
        "binary loaders that Linux asks, in order; misc: the registered ones",
    ),
    "kernel.nt.loaders": Mechanism(("pe",), LOADERS, "binary loaders of Windows NT"),
    "kernel.darwin.loaders": Mechanism(
        ("script", "mach-o"), LOADERS, "binary loaders of Darwin"
    ),
    "kernel.compat32": Mechanism(
        "on",
        ("on", "off"),
        "a 64-bit kernel runs the 32-bit programs of its processor, or does not",
    ),
    "kernel.linux.abi": Mechanism(
        ("linux",), ABIS, "system-call tables that a Linux kernel answers"
    ),
    "kernel.nt.abi": Mechanism(("nt",), ABIS, "system-call tables of Windows NT"),
    "kernel.hole": Mechanism(
        "closed",
        ("closed", "open"),
        "system calls let nobody in, or a bug makes any caller root of its kernel",
    ),
    "kernel.darwin.abi": Mechanism(("darwin",), ABIS, "system-call tables of Darwin"),
}
