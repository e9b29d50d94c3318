"""What this machine lets live probes do, and why not where it does not.

Asked once per worker start; the answer is kept with every live result.
"""

import base64
import errno
import os
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from simulator.live import cgroups
from simulator.live.binaries.formats import elf32
from simulator.live.binaries.handing import registration
from simulator.live.binaries.programs import Recipe, executable
from simulator.live.qemu import machine as qemu
from simulator.live.sandbox import SandboxError, carry_out
from simulator.live.vm.guest import guest
from simulator.live.vm.kvm import run_on_kvm

NATIVE_ARCH = "x86_64"
"""The architecture that ``live.binaries`` writes programs for."""
_INTERPRETED_US = 10_000
"""A back end that interprets a guest's kernel needs longer than this for the few
thousand instructions of real mode; one on hardware needs a hundredth."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that probes need: is it here, and if not, why."""

    name: str
    available: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The machine, and what can be done on it."""

    kernel: str
    arch: str
    user: int
    effective_capabilities: str
    virtualization: str
    """``intel``, ``amd``, ``pvm`` or ``unknown`` back end of KVM; ``none`` without."""
    capabilities: tuple[Capability, ...]

    def of(self, name: str) -> Capability:
        """Return one capability by its name."""
        return next(entry for entry in self.capabilities if entry.name == name)

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return asdict(self)


@lru_cache(maxsize=1)
def report() -> Report:
    """Ask this machine; the answer is remembered for the life of this process."""
    found = {name: _reason(ask) for name, ask in _QUESTIONS.items()}
    return Report(
        kernel=platform.release(),
        arch=platform.machine(),
        user=os.geteuid(),
        effective_capabilities=_effective(),
        virtualization=kvm_back_end(),
        capabilities=tuple(
            Capability(name, not reason, reason) for name, reason in found.items()
        ),
    )


def kvm_back_end() -> str:
    """Return what stands behind /dev/kvm: hardware of a kind, or a software one."""
    if not Path("/dev/kvm").exists():
        return "none"
    for kind in ("intel", "amd", "pvm"):
        if Path(f"/sys/module/kvm_{kind}").exists():
            return kind
    return "unknown"


def _reason(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (OSError, SandboxError, ImportError) as error:
        return str(error) or type(error).__name__


def _ask_native() -> str:
    arch = platform.machine()
    if (platform.system(), arch) == ("Linux", NATIVE_ARCH):
        return ""
    return f"probes are written for Linux on {NATIVE_ARCH}, this is {arch}"


def _ask_sandbox() -> str:
    """Start a program in a sandbox, and in a container inside it."""
    reason = _ask_native()
    if reason:
        return reason
    told = carry_out([_file("/p0"), _run("/p0")], seconds=5)
    number = told.of(1)["errno"]
    return os.strerror(number) if number else ""


def _ask_containers() -> str:
    reason = _ask_native()
    if reason:
        return reason
    number = contained()["errno"]
    return os.strerror(number) if number else ""


def contained() -> dict[str, Any]:
    """Start one container and return what was told of it. Raises SandboxError."""
    wanted = {
        "do": "contain",
        "step": 1,
        "name": "trial",
        "image": "0",
        "path": "/p0",
        "namespaces": ["pid", "mnt", "uts", "ipc", "net"],
        "uid_base": None,
        "boottime_offset_s": 0,
        "cgroups": [],
    }
    return carry_out([_file("/images/0/p0"), wanted], seconds=5).of(1)


def _ask_users() -> str:
    if os.geteuid() == 0:
        return ""
    return "only root can map more than one user into a user namespace"


def _ask_time() -> str:
    """Time namespaces came with Linux 5.6, and can be left out of a kernel."""
    if Path("/proc/self/timens_offsets").exists():
        return ""
    return "this kernel has no time namespaces"


def _ask_controller(name: str) -> Callable[[], str]:
    def ask() -> str:
        if name in cgroups.places():
            return ""
        return f"no writable cgroup with the controller {name}"

    return ask


def _ask_oom_group() -> str:
    """memory.oom.group is a file of version 2 alone."""
    place = cgroups.places().get("memory")
    if place is None:
        return _ask_controller("memory")()
    if place.version == 1:
        return "memory.oom.group is a file of cgroup v2, memory is of v1 here"
    return ""


def _ask_compat32() -> str:
    """A 32-bit file whose loader is missing answers ENOENT where it would be loaded."""
    reason = _ask_native()
    if reason:
        return reason
    told = carry_out([_file("/p0", elf32("/missing")), _run("/p0")], seconds=5)
    if told.of(1)["errno"] == errno.ENOENT:
        return ""
    return f"32-bit programs: {os.strerror(told.of(1)['errno'])}"


def _ask_nested_users() -> str:
    """Whether the unprivileged may make user namespaces; distributions differ."""
    for path, closed in _CLOSED.items():
        with suppress(OSError):
            if Path(path).read_text().strip() == closed:
                return f"{path} is {closed}"
    return _ask_users()


def _ask_formats() -> str:
    """Register a format with the sandbox's own list (binfmt_misc, Linux 6.7)."""
    reason = _ask_native()
    if reason:
        return reason
    line = registration("trial", "pe", NATIVE_ARCH, "/p0", opened=False)
    told = carry_out([{"do": "register", "step": 0, "line": line}], seconds=5)
    number = told.of(0)["errno"]
    return f"binfmt_misc: {os.strerror(number)}" if number else ""


def _ask_kvm() -> str:
    if kvm_back_end() == "none":
        return "there is no /dev/kvm"
    life = run_on_kvm(guest(1), seconds=2)
    return "" if life.ended == "done" else f"a guest ended with: {life.ended}"


def _ask_emulated() -> str:
    return "" if find_spec("unicorn") else "the package unicorn is not installed"


_CLOSED = {
    "/proc/sys/kernel/unprivileged_userns_clone": "0",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
}
"""Where Debian and Ubuntu say that only the privileged make user namespaces."""
_QUESTIONS: Mapping[str, Callable[[], str]] = {
    "native": _ask_native,
    "exec": _ask_sandbox,
    "containers": _ask_containers,
    "users": _ask_users,
    "time": _ask_time,
    "memory": _ask_controller("memory"),
    "pids": _ask_controller("pids"),
    "cpu": _ask_controller("cpu"),
    "oom_group": _ask_oom_group,
    "compat32": _ask_compat32,
    "nested_users": _ask_nested_users,
    "formats": _ask_formats,
    "kvm": _ask_kvm,
    "emulation": _ask_emulated,
    "guest": qemu.missing,
}
"""What probes may need: each answers with nothing, or with why it is not here."""


def _file(path: str, content: bytes = b"") -> dict[str, Any]:
    text = base64.b64encode(content or executable(Recipe(0))).decode()
    return {"do": "write", "step": 0, "path": path, "content": text, "mode": 0o755}


def _run(path: str) -> dict[str, Any]:
    return {"do": "run", "step": 1, "name": "trial", "path": path, "in": ""}


def _effective() -> str:
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith("CapEff"))
    return ""


def interprets_kernels() -> bool:
    """Return whether this KVM interprets a guest's kernel: no word of speed then."""
    life = run_on_kvm(guest(1), seconds=2)
    return life.stages.get("long_mode", 0) > _INTERPRETED_US
