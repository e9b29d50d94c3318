"""The programs that come with an installed system and are no part of a question.

A scenario declares what its question is about. A shell needs more: the small tools
of a general-purpose system are put into its file tree when somebody logs in, and the
client of a service where that service is installed.
"""

from collections.abc import Iterator

from simulator.lab.state import PATH, Lab
from simulator.subsystems.container import ContainerEngine
from simulator.subsystems.files import FileTree, Program
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.orchestrator.control import Orchestrator
from simulator.subsystems.virtualization import Hypervisor

TOOLS = {
    "/usr/bin": (
        "bash cat chmod cp curl cut date df dmesg echo env false file free getent"
        " grep head hostname hostnamectl id ip journalctl kill ls lscpu lsns mkdir"
        " mount mv nc nproc nsenter pgrep pidof ping pkill printenv printf ps pstree"
        " pwd readlink rm seq sh sleep sort ss ssh stress systemd-detect-virt tail"
        " tee top touch true uname"
        " uniq unshare uptime wc which whoami"
    ),
    "/usr/sbin": "lsmod poweroff reboot shutdown",
}
"""Per folder: the tools of a general-purpose Linux system."""
MERGED = ("/bin/", "/sbin/")
SHELLS = ("bash", "sh", "dash", "ash")


def tool(folder: str, name: str, arch: str) -> Program:
    """Return the file of a small tool."""
    kib = 3072 if name in SHELLS else 1024
    return Program(
        name, f"{folder}/{name}", "elf", arch, ram_kib=kib, reaps=name in SHELLS
    )


def tools(arch: str) -> Iterator[Program]:
    """Go through the tools of a general-purpose system."""
    for folder, names in TOOLS.items():
        for name in names.split():
            yield tool(folder, name, arch)


def managers(lab: Lab, arch: str) -> Iterator[Program]:
    """Go through the package managers that the archives of a world are made for."""
    kinds = {fields["manager"] for fields in lab.world.spec["archives"].values()}
    if "apt" in kinds:
        yield tool("/usr/bin", "apt-get", arch)


def orchestrator_of(lab: Lab, kernel: Kernel) -> Orchestrator | None:
    """Return the orchestrator that a kernel's machine is a node of."""
    return next(
        (
            orchestrator
            for orchestrator in lab.world.orchestrators.values()
            if any(node.engine.host is kernel for node in orchestrator.nodes)
        ),
        None,
    )


def clients(lab: Lab, kernel: Kernel) -> Iterator[Program]:
    """Go through the clients of the services that run on a kernel."""
    arch = kernel.platform.arch
    if any(isinstance(guest, ContainerEngine) for guest in kernel.guests):
        yield tool("/usr/local/bin", "docker", arch)
    if any(isinstance(guest, Hypervisor) for guest in kernel.guests):
        yield tool("/usr/local/bin", "virsh", arch)
        yield tool("/usr/local/bin", "virt-install", arch)
    if orchestrator_of(lab, kernel) is not None:
        yield tool("/usr/local/bin", "kubectl", arch)


def furnish(lab: Lab, kernel: Kernel) -> None:
    """Put tools and clients into a system's file tree, each only once."""
    given = lab.furnished.setdefault(kernel.name, set())
    arch = kernel.platform.arch
    usual = () if given else (*tools(arch), *managers(lab, arch))
    for program in (*usual, *clients(lab, kernel)):
        if program.path not in given and program.path not in kernel.root.files:
            kernel.root.add(program)
        given.add(program.path)


def executables(root: FileTree, path: str) -> Iterator[tuple[str, str]]:
    """Go through what can be called by name: name and full path, in search order."""
    for folder in path.split(":"):
        inside = f"{folder}/"
        for full in sorted(root.files):
            name = full.removeprefix(inside)
            if full.startswith(inside) and "/" not in name:
                yield name, full


def look_up(root: FileTree, path: str, name: str) -> str | None:
    """Return the file that a name or a path calls, the first in the search path.

    ``/bin`` and ``/sbin`` lead to the folders of these names in ``/usr``.
    """
    places = [name] if "/" in name else [f"{f}/{name}" for f in path.split(":")]
    for place in places:
        found = next((p for p in (place, f"/usr{place}") if p in root.files), None)
        if found is not None and (found == place or place.startswith(MERGED)):
            return found
    return None


def tool_of(program: Program) -> str:
    """Return the name of a tool by its place in the search path; else empty."""
    folder, _, name = program.path.rpartition("/")
    return name if folder in PATH.split(":") else ""
