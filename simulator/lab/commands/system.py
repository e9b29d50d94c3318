"""Commands about the system as a whole: what it is, since when, on what."""

from datetime import timedelta
from typing import cast

from simulator.actions.booting import reset_machine, switch_on
from simulator.events import Event
from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.files.nodes import FileError
from simulator.lab.files.proc import is_virtual, set_hostname
from simulator.lab.launch import beside
from simulator.lab.state import PATH
from simulator.lab.view import SECOND, View, user_name
from simulator.subsystems.machine import Machine
from simulator.subsystems.platform import Platform
from simulator.subsystems.virtualization import VirtualMachine
from simulator.subsystems.virtualization.snapshots import destroy

SYSTEM_NAMES = {"linux": "Linux", "nt": "Windows_NT", "darwin": "Darwin"}


def uname(call: Call) -> Answer:
    """Name the kernel: the same for all that share it."""
    found = options(call.words[1:], "asnrvmpio")
    kernel, arch = call.view.kernel, call.view.platform.arch
    fields = {
        "s": SYSTEM_NAMES[kernel.system.family],
        "n": call.view.hostname,
        "r": kernel.system.version,
        "v": "#1 SMP",
        "m": arch,
        "o": "GNU/Linux",
    }
    wanted = found.flags or {"s"}
    parts = [text for flag, text in fields.items() if "a" in wanted or flag in wanted]
    call.line(" ".join(parts))
    return 0


def hostname(call: Call) -> Answer:
    """Show or set the name of this host's UTS namespace."""
    found = options(call.words[1:], "fsiI")
    if not found.rest:
        call.line(call.view.hostname)
        return 0
    try:
        set_hostname(call.view, found.rest[0])
    except FileError as error:
        raise CommandError("you must be root to change the host name") from error
    return 0


def hostnamectl(call: Call) -> Answer:
    """Show the host's name, system and hardware."""
    view = call.view
    virtual = detected(view)
    rows = [
        ("Static hostname", view.hostname),
        ("Chassis", "vm" if is_virtual(view) else "server"),
        ("Virtualization", virtual if virtual != "none" else ""),
        ("Operating System", view.kernel.system.name),
        ("Kernel", f"Linux {view.kernel.system.version}"),
        ("Architecture", view.platform.arch.replace("_", "-")),
    ]
    for name, value in rows:
        if value:
            call.line(f"{name:>16}: {value}")
    return 0


def whoami(call: Call) -> Answer:
    """Write the name of the user that one is here."""
    call.line(user_name(call.view.uid))
    return 0


def identity(call: Call) -> Answer:
    """Write user and group numbers."""
    found = options(call.words[1:], "ung")
    uid = call.view.uid
    name = user_name(uid)
    if found.has("u", "g"):
        call.line(name if found.has("n") else str(uid))
        return 0
    call.line(f"uid={uid}({name}) gid={uid}({name}) groups={uid}({name})")
    return 0


def date(call: Call) -> Answer:
    """Write the virtual time of day."""
    now = call.view.clock()
    form = next((word[1:] for word in call.words[1:] if word.startswith("+")), "")
    if form == "%s":
        call.line(str(int(now.timestamp())))
    else:
        call.line(now.strftime(form or "%a %b %e %H:%M:%S UTC %Y"))
    return 0


def uptime(call: Call) -> Answer:
    """Write since when the system is up."""
    view = call.view
    if options(call.words[1:], "ps").has("p"):
        call.line(f"up {_spelled(view.uptime_us)}")
        return 0
    call.line(uptime_line(view))
    return 0


def uptime_line(view: View) -> str:
    """Return what ``uptime`` and the head of ``top`` show."""
    now = view.clock().strftime("%H:%M:%S")
    seconds = view.uptime_us // SECOND
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    up = f"{hours:>2}:{minutes:02}" if hours else f"{minutes} min"
    if days:
        up = f"{days} day{'s' if days > 1 else ''}, {up}"
    users = len(view.lab.consoles)
    return f" {now} up {up},  {users} user{'s' if users != 1 else ''}"


def _spelled(microseconds: int) -> str:
    minutes = microseconds // SECOND // 60
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    words = [f"{n} {unit}{'s' if n != 1 else ''}" for n, unit in parts if n]
    return ", ".join(words) or "0 minutes"


def nproc(call: Call) -> Answer:
    """Count the processors that the kernel shows."""
    options(call.words[1:], ("all",))
    call.line(str(call.view.platform.cores.count))
    return 0


def lscpu(call: Call) -> Answer:
    """Describe the processors as the platform shows them."""
    view = call.view
    platform = view.platform
    rows = [
        ("Architecture", platform.arch),
        ("CPU(s)", str(platform.cores.count)),
        ("On-line CPU(s) list", f"0-{platform.cores.count - 1}"),
    ]
    if platform.has_extension:
        rows.append(("Virtualization", "VT-x"))
    if is_virtual(view):
        rows.append(("Hypervisor vendor", detected_machine(view)))
        rows.append(("Virtualization type", "full"))
    for name, value in rows:
        call.line(f"{name + ':':<25}{value}")
    return 0


def detect_virtualization(call: Call) -> Answer:
    """Say what this is inside of: a container, a virtual machine, or nothing."""
    found = options(call.words[1:], ("v", "vm", "c", "container", "q"))
    view = call.view
    kind = detected(view)
    if found.has("v", "vm"):
        kind = detected_machine(view) if is_virtual(view) else "none"
    elif found.has("c", "container"):
        kind = detected_container(view) or "none"
    if not found.has("q"):
        call.line(kind)
    return int(kind == "none")


def detected(view: View) -> str:
    """Return the innermost thing that a process is inside of, or ``none``."""
    inside = detected_container(view)
    if inside:
        return inside
    return detected_machine(view) if is_virtual(view) else "none"


def detected_container(view: View) -> str:
    """Return the engine whose container a process is in, empty when in none."""
    if view.namespaces.pid is view.kernel.namespaces.pid:
        return ""
    return "docker"


def detected_machine(view: View) -> str:
    """Return the product whose virtual machine the kernel stands on."""
    return cast("VirtualMachine", view.platform).hypervisor.name


def dmesg(call: Call) -> Answer:
    """Write what the kernel has said since its boot."""
    options(call.words[1:], "THkw", ("l", "level"))
    if not call.view.process.credentials.may(
        "SYS_ADMIN", call.view.kernel.namespaces.user
    ):
        raise CommandError("read kernel buffer failed: Operation not permitted")
    for time, text in kernel_log(call.view):
        since = max(0, time - call.view.booted_us)
        call.line(f"[{since / SECOND:>12.6f}] {text}")
    return 0


def kernel_log(view: View) -> list[tuple[int, str]]:
    """Return time and text of what the kernel itself has reported."""
    kernel = view.kernel
    found = []
    for event in view.lab.engine.events:
        if event.actor != kernel.name:
            continue
        detail = event.detail
        if event.action == "boot_kernel":
            arch = view.platform.arch
            found.append(
                (event.time, f"Linux version {kernel.system.version} ({arch})")
            )
        elif event.action.startswith("boot_"):
            stage = event.action.removeprefix("boot_")
            found.append(
                (event.time, f"{stage}: {detail.get('ram_kib', 0)} KiB in use")
            )
        elif event.action in KERNEL_SAYS and "log" in detail:
            found.append((event.time, str(detail.get("kernel_log", detail["log"]))))
    return found


KERNEL_SAYS = ("oom_kill", "panic", "fork")
"""Actions of a kernel that it writes a line about into its own log."""


def journalctl(call: Call) -> Answer:
    """Write what the system's services and its kernel have reported."""
    found = options(
        call.words[1:], ("k", "x", "e", "no-pager", "r", "f", "b"), ("n", "u", "p")
    )
    view = call.view
    lines = [
        _entry(view, event.time, event.actor, str(event.detail["log"]))
        for event in view.lab.engine.events
        if _is_logged(view, event)
        and found.value("u") in {None, event.actor, f"{event.actor}.service"}
        and (not found.has("k") or event.actor == view.kernel.name)
    ]
    count = int(found.value("n") or len(lines))
    if not lines:
        call.line("-- No entries --")
    for line in lines[-count:] if count else []:
        call.line(line)
    return 0


def _is_logged(view: View, event: Event) -> bool:
    """Return whether the journal has an event: services tell all, the kernel less."""
    if "log" not in event.detail:
        return False
    if event.actor == view.kernel.name:
        return event.action in KERNEL_SAYS
    return any(event.actor == guest.name for guest in view.kernel.guests)


def _entry(view: View, time: int, actor: str, text: str) -> str:
    when = (view.clock(0) + timedelta(microseconds=time)).strftime("%b %d %H:%M:%S")
    who = "kernel" if actor == view.kernel.name else actor
    return f"{when} {view.kernel.platform.name} {who}: {text}"


def lsmod(call: Call) -> Answer:
    """List modules of the kernel: what was loaded for services that run."""
    kernel = call.view.kernel
    call.line("Module                  Size  Used by")
    for guest in kernel.guests:
        count = len(getattr(guest, "machines", getattr(guest, "containers", ())))
        name = "overlay" if hasattr(guest, "containers") else "kvm"
        call.line(f"{name:<19}{151552:>9}  {count}")
    return 0


def environment(call: Call) -> Answer:
    """Write the environment, or run a command in it."""
    words, given = list(call.words[1:]), {}
    while words and "=" in words[0]:
        name, _, given[name] = words.pop(0).partition("=")
    call.console.begin(call.console.environment(**given))
    if words:
        path = call.console.variables.get("PATH", PATH)
        where = beside(call.view.process, call.console.environment(), path)
        return call.runner.carry_out(words, call, where)
    for name, value in sorted(call.console.variables.items()):
        call.line(f"{name}={value}")
    return 0


def print_environment(call: Call) -> Answer:
    """Write the values of variables, or all of them with their names."""
    if len(call.words) == 1:
        return environment(call)
    status = 0
    for name in call.words[1:]:
        if name in call.console.variables:
            call.line(call.console.variables[name])
        else:
            status = 1
    return status


def switch_off(call: Call) -> Answer:
    """Shut the machine down; ``reboot`` starts it again."""
    view = call.view
    if not view.process.credentials.may("SYS_BOOT", view.kernel.namespaces.user):
        raise CommandError("Operation not permitted")
    if view.namespaces.pid is not view.kernel.namespaces.pid:
        raise CommandError("System has not been booted with systemd as init system.")
    world, machine = view.lab.world, _switched(view.platform)
    cause = view.process.start_seq
    again = call.name == "reboot" or "-r" in call.words
    yield 0
    if isinstance(machine, VirtualMachine) and again:
        work = reset_machine(world, machine, cause, "Restarting system")
        view.lab.engine.spawn(work)
    elif isinstance(machine, VirtualMachine):
        destroy(machine, cause)
    else:
        machine.go_off(cause, "ok", "Restarting system" if again else "Power down")
        if again:
            view.lab.engine.spawn(switch_on(world, machine, cause))
    return 0


def _switched(platform: Platform) -> Machine | VirtualMachine:
    """Return what a system switches off: the root partition has the machine itself."""
    if isinstance(platform, VirtualMachine) and platform.assist == "root":
        return _switched(platform.hypervisor.below)
    return cast("Machine | VirtualMachine", platform)


COMMANDS = {
    "date": date,
    "dmesg": dmesg,
    "env": environment,
    "hostname": hostname,
    "hostnamectl": hostnamectl,
    "id": identity,
    "journalctl": journalctl,
    "lscpu": lscpu,
    "lsmod": lsmod,
    "nproc": nproc,
    "poweroff": switch_off,
    "printenv": print_environment,
    "reboot": switch_off,
    "shutdown": switch_off,
    "systemd-detect-virt": detect_virtualization,
    "uname": uname,
    "uptime": uptime,
    "whoami": whoami,
}
