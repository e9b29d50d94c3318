"""Other tools that start a container or a virtual machine, as commands.

All of them are optional: Debian's packages bubblewrap, crun and qemu-system-x86.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.live.binaries.code import Code
from simulator.live.binaries.formats import elf
from simulator.live.vm.guest import END, guest
from simulator.live.vm.rom import firmware

Command = Sequence[str]
PROGRAM = "/p1"
FORK, CRUN, BWRAP, QEMU = "fork and execve", "crun", "bwrap", "qemu-system-x86_64"
PACKAGES = {CRUN: "crun", BWRAP: "bubblewrap", QEMU: "qemu-system-x86"}
NAMESPACES = ("pid", "network", "ipc", "uts", "mount")
_WRITE, _EXIT_GROUP = 1, 231


def hello() -> bytes:
    """Return a program that writes one byte to its standard output and ends."""
    code = Code()
    code.system_call(_WRITE, 1, "@word", 1)
    code.system_call(_EXIT_GROUP, 0)
    code.data("word", b"1")
    return elf(code.finished(), "x86_64")


@contextmanager
def container_commands() -> Iterator[dict[str, Command]]:
    """Give commands that start the same program, each in its own way.

    The tools among them are those that are found on PATH.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder, "rootfs")
        root.mkdir()
        program = root / PROGRAM.lstrip("/")
        program.write_bytes(hello())
        program.chmod(0o755)
        for mount_point in ("dev", "proc"):
            (root / mount_point).mkdir()
        Path(folder, "config.json").write_text(json.dumps(_bundle()))
        yield {FORK: [str(program)], **_found(_containers(folder))}


@contextmanager
def machine_commands(accelerator: str) -> Iterator[dict[str, Command]]:
    """Give the command that runs the guest in QEMU; none without QEMU."""
    with TemporaryDirectory() as folder:
        rom = Path(folder, "guest.rom")
        rom.write_bytes(firmware(guest(1)))
        yield _found({QEMU: _machine(str(rom), accelerator)})


def missing(commands: Mapping[str, Command], tools: Iterable[str]) -> list[str]:
    """Return a line for each tool that is not among commands."""
    return [
        f"{tool}: not found on PATH (package {PACKAGES[tool]})"
        for tool in tools
        if tool not in commands
    ]


def _found(commands: Mapping[str, Command]) -> dict[str, Command]:
    """Return those whose tool is here, with the path of the tool."""
    places = {name: shutil.which(name) for name in commands}
    return {
        name: [place, *commands[name][1:]] for name, place in places.items() if place
    }


def _containers(folder: str) -> dict[str, Command]:
    """Return what starts a container, without cgroups, which not all can make here."""
    groups, state = "--cgroup-manager=disabled", f"{folder}/state"
    root = f"{folder}/rootfs"
    return {
        CRUN: [CRUN, groups, "--root", state, "run", "--bundle", folder, "bench"],
        BWRAP: [
            BWRAP,
            "--unshare-all",
            "--bind",
            root,
            "/",
            "--proc",
            "/proc",
            PROGRAM,
        ],
    }


def _bundle() -> dict[str, object]:
    """Return the smallest container that crun starts (OCI runtime specification)."""
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc"}]
    return {
        "ociVersion": "1.0.0",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": [PROGRAM],
            "cwd": "/",
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs"},
        "hostname": "bench",
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in NAMESPACES]},
    }


def _machine(rom: str, accelerator: str) -> Command:
    """Return what runs the guest with no firmware but itself, and ends with it."""
    return [
        QEMU,
        "-M",
        f"microvm,accel={accelerator}",
        *("-bios", rom, "-m", "32", "-nodefaults", "-no-user-config"),
        *("-display", "none", "-serial", "stdio", "-no-reboot"),
        *("-device", f"isa-debug-exit,iobase={END:#x},iosize=4"),
    ]
