"""``/proc``: the kernel and its processes as files."""

from collections.abc import Mapping
from functools import partial

from simulator.lab.files.binfmt import binfmt_folder
from simulator.lab.files.cgroups import path_of
from simulator.lab.files.nodes import File, FileError, Folder, Link, Node, folder
from simulator.lab.view import SECOND, View, command_line, short_name
from simulator.subsystems.namespaces import KINDS
from simulator.subsystems.processes import Process
from simulator.subsystems.signals import NUMBERS
from simulator.subsystems.users import CAPABILITIES

STATES = {
    "running": "S (sleeping)",
    "stopped": "T (stopped)",
    "zombie": "Z (zombie)",
}
CAPABILITY_NUMBERS = {
    "CHOWN": 0,
    "DAC_OVERRIDE": 1,
    "FOWNER": 3,
    "FSETID": 4,
    "KILL": 5,
    "SETGID": 6,
    "SETUID": 7,
    "SETPCAP": 8,
    "NET_BIND_SERVICE": 10,
    "NET_ADMIN": 12,
    "NET_RAW": 13,
    "SYS_MODULE": 16,
    "SYS_RAWIO": 17,
    "SYS_CHROOT": 18,
    "SYS_PTRACE": 19,
    "SYS_ADMIN": 21,
    "SYS_BOOT": 22,
    "SYS_RESOURCE": 24,
    "SYS_TIME": 25,
    "MKNOD": 27,
    "AUDIT_WRITE": 29,
    "SETFCAP": 31,
}
"""Numbers of capabilities(7)."""
LAST_CAPABILITY = 40


def proc_folder(view: View) -> Folder:
    """Return ``/proc`` as mounted for a process: with what its namespace shows."""
    return Folder(partial(_top, view), is_virtual=True)


def _top(view: View) -> Mapping[str, Node]:
    found: dict[str, Node] = {
        str(view.pid(process)): Folder(
            partial(_process, view, process), is_virtual=True
        )
        for process in view.processes()
    }
    files = {
        "cpuinfo": cpuinfo,
        "filesystems": filesystems,
        "loadavg": loadavg,
        "meminfo": meminfo,
        "mounts": mounts,
        "uptime": uptime,
        "version": version,
    }
    found |= {name: File(partial(read, view)) for name, read in files.items()}
    found["self"] = Link(str(view.pid(view.process)))
    hostname = File(lambda: f"{view.hostname}\n", partial(set_hostname, view))
    osrelease = File(lambda: f"{view.kernel.system.version}\n")
    found["sys"] = folder(
        {
            "fs": folder({"binfmt_misc": binfmt_folder(view)}),
            "kernel": folder({"hostname": hostname, "osrelease": osrelease}),
        }
    )
    return found


def _process(view: View, process: Process) -> Mapping[str, Node]:
    def fixed(content: str) -> File:
        return File(lambda: content)

    zombie = process.state == "zombie"
    return {
        "cgroup": fixed(f"0::{path_of(view, process)}\n"),
        "cmdline": fixed(
            "" if zombie else command_line(view, process).replace(" ", "\0")
        ),
        "comm": fixed(f"{short_name(process)}\n"),
        "cwd": Link(process.environment.directory),
        "environ": fixed(
            "".join(f"{n}={v}\0" for n, v in process.environment.variables.items())
        ),
        "exe": Link(process.image.binary.path),
        "gid_map": fixed(id_map(process)),
        "ns": Folder(partial(_namespaces, process), is_virtual=True),
        "status": File(partial(status, view, process)),
        "uid_map": fixed(id_map(process)),
    }


def _namespaces(process: Process) -> Mapping[str, Node]:
    numbers = process.namespaces.numbers()
    found: dict[str, Node] = {kind: Link(f"{kind}:[{numbers[kind]}]") for kind in KINDS}
    found["pid_for_children"] = found["pid"]
    found["time_for_children"] = found["time"]
    return found


def id_map(process: Process) -> str:
    """Return the lines of ``uid_map``: number inside, number outside, how many."""
    return "".join(
        f"{entry.inside:>10} {entry.outside:>10} {entry.count:>10}\n"
        for entry in process.credentials.user.uid_map
    )


def resident_kib(process: Process) -> int:
    """Return the memory of a process that is in RAM, what it shares by fork too."""
    own = process.kernel.platform.memory.charges.get(process.owner, 0)
    shared: int = process.kernel.pages.loans.borrowed(process)
    return own + shared


def status(view: View, process: Process) -> str:
    """Return ``/proc/PID/status``."""
    seen = view.process.credentials.user
    uid = seen.from_kernel(process.credentials.uid)
    numbers = [str(pid) for _, pid in reversed(process.pids)]
    is_running = process is view.process or process.computing
    around = len(view.namespaces.pid.lineage) - 1
    lines = [
        ("Name", short_name(process)),
        ("Umask", "0022"),
        ("State", "R (running)" if is_running else STATES[process.state]),
        ("Tgid", view.pid(process)),
        ("Pid", view.pid(process)),
        ("PPid", view.ppid(process)),
        ("Uid", "\t".join([str(uid)] * 4)),
        ("Gid", "\t".join([str(uid)] * 4)),
        ("NSpid", "\t".join(numbers[around:])),
    ]
    if process.state != "zombie":
        lines.append(("VmRSS", f"{resident_kib(process):>8} kB"))
    lines += [
        ("Threads", 1),
        ("SigIgn", f"{signal_mask(process, 'ignore'):016x}"),
        ("SigCgt", f"{signal_mask(process, 'exit', 'forward'):016x}"),
        ("CapEff", f"{capability_mask(process):016x}"),
    ]
    return "".join(f"{name}:\t{value}\n" for name, value in lines)


def signal_mask(process: Process, *what: str) -> int:
    """Return the signals that a process treats so, a bit for each."""
    return sum(
        1 << (NUMBERS[name] - 1)
        for name, does in process.handlers.items()
        if does in what
    )


def capability_mask(process: Process) -> int:
    """Return the capabilities of a process, a bit for each."""
    held = process.credentials.capabilities
    if held.issuperset(CAPABILITIES):
        return (1 << (LAST_CAPABILITY + 1)) - 1
    return sum(1 << CAPABILITY_NUMBERS[name] for name in held)


def cpuinfo(view: View) -> str:
    """Return ``/proc/cpuinfo``: what the kernel's platform shows of processors."""
    platform = view.platform
    flags = "fpu tsc msr cx8 sse2"
    if platform.has_extension:
        flags += " vmx" + (" ept" if platform.has_nested_paging else "")
    if is_virtual(view):
        flags += " hypervisor"
    blocks = [
        f"processor\t: {number}\n"
        f"model name\t: {platform.arch} processor\n"
        f"cpu cores\t: {platform.cores.count}\n"
        f"flags\t\t: {flags}\n"
        for number in range(platform.cores.count)
    ]
    return "\n".join(blocks) + "\n"


def is_virtual(view: View) -> bool:
    """Return whether the kernel stands on a virtual machine."""
    return hasattr(view.platform, "hypervisor")


def meminfo(view: View) -> str:
    """Return ``/proc/meminfo``: the kernel's memory, whoever asks."""
    memory = view.platform.memory
    cached = memory.charges.get("page cache", 0)
    free = memory.capacity_kib - memory.used_kib
    lines = {
        "MemTotal": memory.capacity_kib,
        "MemFree": free,
        "MemAvailable": free + cached,
        "Buffers": 0,
        "Cached": cached,
        "SwapTotal": 0,
        "SwapFree": 0,
    }
    return "".join(f"{name + ':':<15}{kib:>9} kB\n" for name, kib in lines.items())


def filesystems(view: View) -> str:  # noqa: ARG001
    """Return the file systems that the kernel knows."""
    names = ("proc", "sysfs", "tmpfs", "cgroup2", "overlay", "binfmt_misc")
    return "".join(f"nodev\t{name}\n" for name in names) + "\text4\n"


def loadavg(view: View) -> str:
    """Return how many processes there are; averages are not kept by this kernel."""
    processes = list(view.processes())
    running = sum(process.running for process in processes)
    last = view.namespaces.pid.last_pid
    return f"0.00 0.00 0.00 {min(running, 1)}/{len(processes)} {last}\n"


def mounts(view: View) -> str:
    """Return what is mounted where in the mount namespace."""
    return "".join(" ".join((*row, "0", "0")) + "\n" for row in mount_rows(view))


def mount_rows(view: View) -> list[tuple[str, str, str, str]]:
    """Return device, place, type and options of each mount."""
    inside = view.namespaces.mnt is not view.kernel.namespaces.mnt
    device, kind = ("overlay", "overlay") if inside else ("/dev/sda1", "ext4")
    return [
        (device, "/", kind, "rw,relatime"),
        ("proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"),
        ("sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,relatime"),
        ("cgroup2", "/sys/fs/cgroup", "cgroup2", "rw,nosuid,nodev,noexec,relatime"),
        *(("tmpfs", place, "tmpfs", "rw") for place in view.namespaces.mnt.mounts[1:]),
    ]


def uptime(view: View) -> str:
    """Return seconds since the boot, and seconds that processors were idle."""
    up = view.uptime_us
    cores = view.platform.cores
    idle = max(0, up * cores.count - cores.busy_us)
    return f"{up / SECOND:.2f} {idle / SECOND:.2f}\n"


def version(view: View) -> str:
    """Return the kernel's name and version."""
    system = view.kernel.system
    return f"Linux version {system.version} ({view.platform.arch}) #1 SMP\n"


def set_hostname(view: View, text: str) -> None:
    """Change the host name of the UTS namespace."""
    if not view.process.credentials.may("SYS_ADMIN", view.namespaces.uts.owner):
        raise FileError("EPERM")
    view.namespaces.uts.hostname = text.strip()
