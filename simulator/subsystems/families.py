"""Families of kernels: system calls, features, and the libraries made for them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

SYSTEM_CALLS: Mapping[str, Mapping[str, str]] = {
    "linux": {
        "mmap": "1.0",
        "clone": "1.0",
        "openat": "2.6.16",
        "io_uring_setup": "5.1",
        "clone3": "5.3",
        "landlock_create_ruleset": "5.13",
    },
    "nt": {"NtCreateFile": "3.1", "NtCreateThread": "3.1"},
    "darwin": {"mmap": "1.0", "open": "1.0", "bsdthread_create": "9.0"},
}
"""Per ABI: each call and the kernel version that brought it."""

FEATURES: Mapping[str, frozenset[str]] = {
    "linux": frozenset({"namespaces", "cgroups", "overlay"}),
    "nt": frozenset(),
    "darwin": frozenset(),
}
"""What a kernel family offers to a container engine of the OCI kind."""
SILOS = "10.0.14393"
"""The Windows that brought job objects with namespaces of their own."""


def features_of(family: str, version: str) -> frozenset[str]:
    """Return what a kernel offers to a container engine."""
    if family == "nt" and _number(version) >= _number(SILOS):
        return FEATURES["linux"]
    return FEATURES[family]


COMPATIBLE: Mapping[str, tuple[str, ...]] = {"x86_64": ("i386",)}
"""Per processor: older instruction sets that it carries out as well."""

PANICS = {
    "linux": "Kernel panic - not syncing: {}",
    "nt": "*** STOP: 0x0000007E (SYSTEM_THREAD_EXCEPTION_NOT_HANDLED): {}",
    "darwin": "panic(cpu 0 caller 0xffffff8000000000): {}",
}
"""The last words of a kernel of each family."""

RUNTIME_OF_FAMILY = {
    "linux": "glibc",
    "nt": "windows-libraries",
    "darwin": "libsystem",
}


def missing_call(
    calls: Iterable[str], abis: tuple[str, ...], family: str, version: str
) -> tuple[str, str]:
    """Return the first call that such a kernel does not answer, and why not.

    ``abis`` are the tables that it answers. Two empty texts: it answers all calls.
    """
    known = _calls(abis, family, version)
    for call in calls:
        if call in known:
            continue
        since = SYSTEM_CALLS[family].get(call)
        if since is not None and family in abis:
            return call, f"{call} came with {family} {since}, this is {version}"
        return call, f"{call}: this kernel answers {', '.join(abis)} calls only"
    return "", ""


@lru_cache(maxsize=1024)
def _calls(abis: tuple[str, ...], family: str, version: str) -> frozenset[str]:
    """Return the calls of these tables; the family's own as of this version."""
    return frozenset(
        call
        for abi in abis
        for call, since in SYSTEM_CALLS[abi].items()
        if abi != family or _number(since) <= _number(version)
    )


def reaches(version: str, since: str) -> bool:
    """Return whether a version is this one or a later one."""
    return _number(version) >= _number(since)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
