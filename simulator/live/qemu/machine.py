"""QEMU with a Linux kernel and an initial file system of ours; never for long.

Needs Debian's packages ``qemu-system-x86`` and ``linux-image-cloud-amd64``, or others
that put their files in the same places.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.live.qemu import cpio, init
from simulator.live.qemu.kernel import Answering, Kernel

QEMU, PACKAGES = "qemu-system-x86_64", ("qemu-system-x86", "linux-image-cloud-amd64")
BOOT = Path("/boot")
MEMORY_MIB = 512
_BOUND = ("setpriv", "--pdeathsig", "KILL", "--no-new-privs")
"""Ends a command with its parent: what bounds QEMU's time with this process, and QEMU
with that."""
CONSOLE_MIB = 16
_LIMITED = ("prlimit", "--core=0", f"--fsize={CONSOLE_MIB << 20}", "--nofile=256")
"""A guest may talk without an end: its console is in memory."""
_PANIC = re.compile(r"Kernel panic - not syncing: .*")
_FIXED = (
    cpio.directory("dev"),
    cpio.directory("proc"),
    cpio.directory("cgroups"),
    cpio.character_device("dev/console", 5, 1),
    cpio.character_device("dev/ttyS1", 4, 65),
)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a guest is made of."""

    qemu: str
    kernel: Path

    @property
    def release(self) -> str:
        """The kernel's release, as its file is named."""
        return self.kernel.name.removeprefix("vmlinuz-")


@dataclass(frozen=True, slots=True)
class Machine:
    """A guest that runs, or has run."""

    kernel: Answering
    console: Path

    @property
    def panic(self) -> str:
        """What the kernel said when it gave up; empty while it has not."""
        found = _PANIC.search(self.console.read_text(errors="replace"))
        return found.group() if found else ""


def missing(folder: Path = BOOT) -> str:
    """Return why there can be no guest here; empty when there can."""
    if not shutil.which(QEMU):
        return f"{QEMU} is not installed (package {PACKAGES[0]})"
    kernels = _kernels(folder)
    if not kernels:
        return f"no kernel for a guest in {folder} (package {PACKAGES[1]})"
    if not os.access(kernels[-1], os.R_OK):
        return f"{kernels[-1]} may not be read"
    return ""


def tools(folder: Path = BOOT) -> Tools:
    """Return what guests are made of here. Raises FileNotFoundError with the reason."""
    reason = missing(folder)
    if reason:
        raise FileNotFoundError(reason)
    return Tools(shutil.which(QEMU) or QEMU, _kernels(folder)[-1])


def _kernels(folder: Path) -> list[Path]:
    return sorted(folder.glob("vmlinuz-*cloud*"), key=_version)


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.name)]


@contextmanager
def booted(
    wanted: Tools,
    files: Sequence[cpio.Entry],
    *,
    seconds: float,
    accelerator: str = "tcg",
) -> Iterator[Machine]:
    """Start a guest with these files; kill it in the end, however that comes.

    It has so many seconds, and dies with this process. Who asks its kernel waits for
    it to boot first, so several can boot at a time.
    """
    content = cpio.archive([*_FIXED, *files, cpio.file("init", init.program())])
    with (
        _in_memory("archive", content) as archive,
        _in_memory("console") as console,
        subprocess.Popen(  # noqa: S603  our own command, no shell
            [
                *_BOUND,
                *_LIMITED,
                *("timeout", "--signal=KILL", str(int(seconds) + 1)),
                *_BOUND,
                *command(wanted, _path(archive), _path(console), accelerator),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            pass_fds=(archive, console),
            env={},
            start_new_session=True,
        ) as guest,
    ):
        try:
            line = _line(guest, time.monotonic() + seconds)
            yield Machine(line, _path(console))
        finally:
            os.killpg(guest.pid, signal.SIGKILL)


@contextmanager
def _in_memory(name: str, content: bytes = b"") -> Iterator[int]:
    """Make a file that is in no folder, so that nobody has to remove it."""
    descriptor = os.memfd_create(name, 0)
    try:
        os.write(descriptor, content)
        yield descriptor
    finally:
        os.close(descriptor)


def _path(descriptor: int) -> Path:
    """Return where this process, and QEMU, find a file of their own."""
    return Path(f"/proc/self/fd/{descriptor}")


def _line(guest: "subprocess.Popen[bytes]", deadline: float) -> Kernel:
    if guest.stdin is None or guest.stdout is None:
        raise AssertionError("pipes were asked for")
    return Kernel(guest.stdout.fileno(), guest.stdin.fileno(), deadline)


def command(wanted: Tools, archive: Path, console: Path, accelerator: str) -> list[str]:
    """Return what starts the guest: its console goes to a file, its line to pipes."""
    return [
        wanted.qemu,
        *("-M", f"microvm,accel={accelerator},acpi=off"),
        *("-cpu", "max", "-m", str(MEMORY_MIB)),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-sandbox", "on,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"),
        *("-chardev", f"file,id=console,path={console}"),
        *("-serial", "chardev:console"),
        *("-chardev", "stdio,id=line,signal=off"),
        *("-device", "isa-serial,chardev=line,index=1"),
        *("-kernel", str(wanted.kernel), "-initrd", str(archive)),
        *("-append", "console=ttyS0 quiet reboot=t panic=-1"),
    ]
