"""What stands between a container and its host: namespaces, a sandbox or a machine.

A container of the plain kind shares its host's kernel. One with a sandboxed runtime
has a kernel of its own, in user space (runsc) or in a small virtual machine (kata);
Hyper-V isolation gives each Windows container a utility machine with a kernel of the
image's own build.
"""

from collections.abc import Mapping
from typing import NamedTuple

from simulator.calibration import figure
from simulator.mechanisms import Value
from simulator.subsystems.containers.images import ContainerImage, ImagePlatform
from simulator.subsystems.containers.wishes import Wish
from simulator.subsystems.systems import System

SHARED, SANDBOX, MACHINE = "shared", "sandbox", "machine"
RUNTIMES = ("runc", "crun", "runsc", "runsc-kvm", "kata")
ISOLATIONS = ("default", "process", "hyperv")
MIB = 1024
SAME_BUILD = 3
"""Parts of a Windows version that a kernel and its user land must have in common."""
SENTRY_VERSION = "4.4.0"
"""The version of Linux that gVisor's kernel says it is."""


class BoundaryError(Exception):
    """A container cannot be isolated from its host as it would have to be."""


class Boundary(NamedTuple):
    """How a container is isolated, and the system to boot for it, if any."""

    kind: str
    system: System | None = None


class Host(NamedTuple):
    """What the engine stands on, as far as the choice depends on it."""

    platform: ImagePlatform
    is_desktop: bool
    utility: System | None
    """The system that its engine boots for containers with a kernel of their own."""


def boundary_of(
    image: ContainerImage, wish: Wish, host: Host, mechanisms: Mapping[str, Value]
) -> Boundary:
    """Return how a container of the image is isolated; raise BoundaryError."""
    if mechanisms["container.kernel"] == "own":
        return Boundary(MACHINE, host.utility)
    if image.platform.os != host.platform.os:
        return _of_another_system(image, host)
    if host.platform.os == "windows":
        return _windows(image, wish, host, str(mechanisms["windows.isolation"]))
    if wish.runtime == "kata":
        return Boundary(MACHINE, _kata(host.platform.arch))
    if wish.runtime.startswith("runsc"):
        return Boundary(SANDBOX, sentry(host.platform.arch))
    return Boundary(SHARED)


def _of_another_system(image: ContainerImage, host: Host) -> Boundary:
    """Linux containers on Windows run where a Linux kernel is: in a machine."""
    utility = host.utility
    if utility is not None and (image.platform.os, utility.family) == (
        "linux",
        "linux",
    ):
        return Boundary(MACHINE, utility)
    raise BoundaryError(
        f'image operating system "{image.platform.os}" cannot be used on this platform:'
        " operating system is not supported"
    )


def _windows(image: ContainerImage, wish: Wish, host: Host, habit: str) -> Boundary:
    """Process isolation needs a kernel of the image's build; a machine brings one."""
    wanted = wish.isolation
    if wanted == "default":
        wanted = "hyperv" if host.is_desktop and habit == "by-edition" else "process"
    if wanted == "hyperv":
        return Boundary(MACHINE, _utility(image.platform))
    if _build(image.platform) != _build(host.platform):
        raise BoundaryError(
            "The container operating system does not match the host operating system."
            f" (0xc0370101: image {image.platform.os_version},"
            f" host {host.platform.os_version})"
        )
    return Boundary(SHARED)


def sentry(arch: str) -> System:
    """Return gVisor's kernel: a Linux in user space, written anew."""
    return System(
        "gvisor", "linux", SENTRY_VERSION, arch, figure("sentry_memory"), 0, 0
    )


def _kata(arch: str) -> System:
    """Return the small guest of a Kata pod; its VMM has memory of its own."""
    guest = figure("kata_pod_memory") - figure("vmm_memory")
    return System("kata", "linux", "6.1", arch, guest, 0, 0, boot="microvm_boot")


def _utility(platform: ImagePlatform) -> System:
    """Return the utility machine's Windows: of the image's build, as large as that."""
    kind = "server_core" if "win32k" in platform.os_features else "nano_server"
    extra = figure(f"{kind}_hyperv") - figure(f"{kind}_process")
    memory = extra - figure("vmm_memory")
    return System(
        "windows",
        "nt",
        platform.os_version,
        platform.arch,
        memory,
        0,
        0,
        boot="windows_hyperv_start",
    )


def _build(platform: ImagePlatform) -> list[str]:
    return platform.os_version.split(".")[:SAME_BUILD]
