"""Virtual machines: make, list, stop and enter them; other machines by ssh."""

from collections.abc import Generator

from simulator.actions.booting import come_up, reset_machine
from simulator.engine import Gate
from simulator.events import OK
from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.columns import table
from simulator.lab.launch import Where, launch
from simulator.lab.userland import furnish
from simulator.subsystems.files import FileTree
from simulator.subsystems.kernel import Kernel
from simulator.subsystems.systems import System
from simulator.subsystems.virtualization import Hypervisor, VirtualMachine, boot_guest
from simulator.world import Place, kernel_of

KIB = 1024
UNREACHABLE = 255
DEFAULT_MIB = "1024"


def hypervisor_of(call: Call) -> Hypervisor:
    """Return the hypervisor of this kernel; CommandError when none runs."""
    for guest in call.view.kernel.guests:
        if isinstance(guest, Hypervisor) and guest.state == "running":
            return guest
    raise CommandError("error: failed to connect to the hypervisor")


def virsh(call: Call) -> Answer:
    """Ask the hypervisor of this machine about its machines."""
    words = list(call.words[1:])
    verbs = {
        "console": _console,
        "destroy": _destroy,
        "dominfo": _info,
        "list": _list,
        "reset": _reset,
        "shutdown": _destroy,
        "start": _start,
    }
    if not words or words[0] not in verbs:
        raise CommandError(f"error: unknown command: '{' '.join(words[:1])}'")
    return verbs[words[0]](call, hypervisor_of(call), words[1:])


def _state(machine: VirtualMachine) -> str:
    kernel = machine.occupant
    if machine.state != "on":
        return "shut off"
    return "crashed" if kernel is not None and kernel.state == "dead" else "running"


def _list(call: Call, hypervisor: Hypervisor, words: list[str]) -> Answer:
    everything = options(words, ("all",)).has("all")
    rows = [(" Id", "Name", "State")]
    for number, machine in enumerate(hypervisor.machines, 1):
        state = _state(machine)
        if state != "running" and not everything:
            continue
        shown = str(number) if state == "running" else "-"
        rows.append((f" {shown}", machine.name, state))
    lines = table(rows)
    for line in (lines[0], "-" * (max(map(len, lines)) + 3), *lines[1:], ""):
        call.line(line)
    return 0


def _named(hypervisor: Hypervisor, words: list[str]) -> VirtualMachine:
    if len(words) != 1:
        raise CommandError("error: command requires <domain> option")
    for machine in hypervisor.machines:
        if machine.name == words[0]:
            return machine
    raise CommandError(f"error: failed to get domain '{words[0]}'")


def _info(call: Call, hypervisor: Hypervisor, words: list[str]) -> Answer:
    machine = _named(hypervisor, words)
    rows = [
        ("Name", machine.name),
        ("State", _state(machine)),
        ("CPU(s)", str(machine.cores.count)),
        ("Max memory", f"{machine.memory.capacity_kib} KiB"),
        ("Used memory", f"{machine.memory.used_kib} KiB"),
    ]
    for name, value in rows:
        call.line(f"{name + ':':<16}{value}")
    return 0


def _destroy(call: Call, hypervisor: Hypervisor, words: list[str]) -> Answer:
    machine = _named(hypervisor, words)
    if machine.state != "on":
        raise CommandError(
            f"error: Failed to destroy domain '{machine.name}'\n"
            "error: Requested operation is not valid: domain is not running"
        )
    seq = call.lab.engine.record(
        hypervisor.name,
        "destroy",
        OK,
        cause=call.view.process.start_seq,
        target=machine.name,
        log=f"Domain '{machine.name}' destroyed",
    )
    machine.fall(seq)
    hypervisor.end(machine, seq)
    call.line(f"Domain '{machine.name}' destroyed\n")
    return 0


def _reset(call: Call, hypervisor: Hypervisor, words: list[str]) -> Answer:
    """Press a machine's reset button: its system boots again by itself."""
    machine = _named(hypervisor, words)
    if machine.state != "on":
        raise CommandError(
            f"error: Failed to reset domain '{machine.name}'\n"
            "error: Requested operation is not valid: domain is not running"
        )
    seq = call.view.process.start_seq
    log = "reset by its hypervisor"
    call.lab.engine.spawn(reset_machine(call.lab.world, machine, seq, log))
    call.line(f"Domain '{machine.name}' was reset\n")
    return 0


def _start(call: Call, hypervisor: Hypervisor, words: list[str]) -> Answer:
    machine = _named(hypervisor, words)
    if machine.state == "on":
        raise CommandError("error: Domain is already active")
    kernel = machine.occupant
    if kernel is None:
        raise CommandError("error: No bootable device")
    hypervisor.machines.remove(machine)
    ram_kib = machine.memory.capacity_kib
    yield from _boot(call, hypervisor, machine.name, kernel.system, ram_kib)
    call.line(f"Domain '{machine.name}' started\n")
    return 0


def _boot(
    call: Call, hypervisor: Hypervisor, name: str, system: System, ram_kib: int
) -> Generator[int | Gate, None, None]:
    machine = hypervisor.create(name, ram_kib, call.view.process.start_seq)
    if machine is None:
        log = call.lab.engine.events[-1].detail.get("log", "")
        raise CommandError(f"error: Failed to start domain '{name}'\nerror: {log}")
    world = call.lab.world
    world.places.setdefault(name, []).append(machine)
    yield from boot_guest(machine, system, FileTree(), world.make_kernel)
    yield from come_up(world, machine)


def virt_install(call: Call) -> Answer:
    """Make a virtual machine and boot a system in it."""
    found = options(
        call.words[1:],
        ("import", "noautoconsole"),
        ("name", "memory", "ram", "vcpus", "osinfo", "os-variant"),
    )
    name, wanted = found.value("name"), found.value("osinfo", "os-variant")
    memory = found.value("memory", "ram") or DEFAULT_MIB
    systems = call.lab.world.systems
    if name is None or not memory.isdigit() or wanted not in systems:
        known = ", ".join(systems)
        raise CommandError(
            f"ERROR    --name, --memory MIB and --osinfo are needed; known: {known}"
        )
    hypervisor = hypervisor_of(call)
    if any(machine.name == name for machine in hypervisor.machines):
        raise CommandError(f"ERROR    Guest name '{name}' is already in use.")
    call.line("Starting install...")
    yield from _boot(call, hypervisor, name, systems[wanted], int(memory) * KIB)
    call.line("Domain creation completed.")
    return 0


def _console(call: Call, hypervisor: Hypervisor, words: list[str]) -> Answer:
    machine = _named(hypervisor, words)
    kernel = machine.occupant
    if machine.state != "on" or kernel is None or kernel.state != "running":
        raise CommandError("error: The domain is not running")
    return _log_in(call, kernel, ())


def ssh(call: Call) -> Answer:
    """Log in on another machine, or run a command there."""
    found = options(call.words[1:], "tTqv", ("p", "l", "i", "o"), stops=True)
    if not found.rest:
        raise CommandError("usage: ssh destination [command]", UNREACHABLE)
    host = found.rest[0].rpartition("@")[2]
    world = call.lab.world
    places: list[Place] = [*world.machines.values(), *_guests(call)]
    place = next((place for place in places if place.name == host), None)
    if place is None:
        raise CommandError(
            f"Could not resolve hostname {host}: Name or service not known",
            UNREACHABLE,
        )
    kernel = kernel_of(place)
    if kernel is None or kernel.system.family != "linux":
        why = "No route to host" if kernel is None else "Connection refused"
        raise CommandError(f"connect to host {host} port 22: {why}", UNREACHABLE)
    return _log_in(call, kernel, tuple(found.rest[1:]))


def _guests(call: Call) -> list[VirtualMachine]:
    installed = call.lab.world.installed.values()
    return [
        m for part in installed if isinstance(part, Hypervisor) for m in part.machines
    ]


def _log_in(
    call: Call, kernel: Kernel, command: tuple[str, ...]
) -> Generator[int | Gate, None, int]:
    """Start a shell as a process of another kernel; it takes what is typed."""
    init = kernel.init
    if init is None:
        raise AssertionError
    furnish(call.lab, kernel)
    where = Where(
        kernel,
        kernel.root,
        kernel.platform.name,
        kernel.namespaces,
        kernel.superuser,
        init,
    )
    words = ("bash", "-c", " ".join(command)) if command else ("bash",)
    launched = yield from launch(where, words)
    if launched.process is None:
        raise CommandError("Connection closed by remote host", UNREACHABLE)
    return (yield from call.runner.attach(words, call, launched.process))


COMMANDS = {"ssh": ssh, "virsh": virsh, "virt-install": virt_install}
