"""System calls that Python 3.11 has no function for, by way of the C library.

Numbers are those of x86-64 (``asm/unistd_64.h``) and of aarch64 (``asm-generic``).
"""

import ctypes
import fcntl
import os
import platform
import socket
import struct

CLONE = {
    "mnt": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "time": 0x00000080,
}
"""Flags of clone(2) and unshare(2) by the name of the namespace in /proc."""
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 2, 4, 8, 32, 4096
MS_RDONLY, MS_REC, MS_PRIVATE = 1, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
PR_SET_CHILD_SUBREAPER, PR_CAPBSET_DROP = 36, 24
SIGCHLD, SIGKILL = 17, 9
_SET_FLAGS, _UP = 0x8914, 1
_NUMBERS = {
    "x86_64": {"clone": 56, "pivot_root": 155, "setns": 308, "capset": 126},
    "aarch64": {"clone": 220, "pivot_root": 41, "setns": 268, "capset": 91},
}
_ARCH = platform.machine()
_libc = ctypes.CDLL(None, use_errno=True)
_CAPABILITY_VERSION_3 = 0x20080522


def call(name: str, *arguments: int | bytes | None) -> int:
    """Make a system call by its number; raise OSError with its errno."""
    number = _NUMBERS[_ARCH][name]
    values = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *values), name)


def clone(flags: int) -> int:
    """Fork into new namespaces; 0 in the child, which is the first of each."""
    return call("clone", flags | SIGCHLD, 0, 0, 0, 0)


def unshare(flags: int) -> None:
    """Leave the present namespaces of some kinds for new ones."""
    _checked(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter the namespaces that a descriptor stands for."""
    call("setns", descriptor, flags)


def mount(
    source: str, target: str, kind: str = "", flags: int = 0, data: str = ""
) -> None:
    """Mount a file system."""
    done = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    _checked(done, f"mount {kind or source} on {target}")


def enter_root(path: str) -> None:
    """Make a mounted directory the root, and let go of the old one."""
    os.chdir(path)
    call("pivot_root", b".", b".")
    _checked(_libc.umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")


def set_hostname(name: str) -> None:
    """Set the host name of this UTS namespace."""
    encoded = name.encode()
    _checked(_libc.sethostname(encoded, len(encoded)), "sethostname")


def raise_loopback() -> None:
    """Bring the loopback of this network namespace up, see netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))


def prctl(option: int, first: int = 0, second: object = 0) -> None:
    """Control this process."""
    value = second if not isinstance(second, int) else ctypes.c_ulong(second)
    _checked(_libc.prctl(option, ctypes.c_ulong(first), value, 0, 0), "prctl")


def keep_capabilities(numbers: tuple[int, ...], last: int) -> None:
    """Give up all capabilities but these, for this program and the next ones."""
    for number in range(last + 1):
        if number not in numbers:
            prctl(PR_CAPBSET_DROP, number)
    bits = sum(1 << number for number in numbers)
    words = [bits & 0xFFFFFFFF, bits >> 32]
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(words[0], words[0], 0, words[1], words[1], 0)
    call("capset", ctypes.addressof(header), ctypes.addressof(data))


def die_with_parent(parent: int) -> None:
    """Be killed when the parent ends; end now if that has happened already.

    ``parent`` is its process number as this process sees it, 0 from outside.
    """
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _checked(result: int, what: str) -> int:
    if result < 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{what}: {os.strerror(errno)}")
    return result
