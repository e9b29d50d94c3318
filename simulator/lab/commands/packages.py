"""Package managers and what else builds know how to run: the same tools, typed."""

from collections.abc import Generator, Mapping

from simulator.engine import Gate
from simulator.lab.call import Answer, Call, Function
from simulator.lab.columns import decimal, table
from simulator.lab.commands.docker.engine import read_options
from simulator.subsystems.builds.site import Call as ToolCall
from simulator.subsystems.builds.site import Site
from simulator.subsystems.builds.tools import TOOLS
from simulator.subsystems.network.stacks import stack_of


def tool(call: Call) -> Answer:
    """Run a tool of a build where the caller is."""
    return _run(call)


def _run(call: Call) -> Generator[int | Gate, None, int]:
    view = call.view
    around = call.lab.world.builds.around
    site = Site(
        view.kernel,
        view.root,
        view.process.place,
        view.namespaces,
        view.platform.arch,
        around.archives,
        around.resources,
        around.meanings,
        online=len(stack_of(view.namespaces.net).interfaces) > 1,
    )
    inner = ToolCall(
        [call.name, *call.words[1:]],
        site,
        view.process,
        call.console.variables,
        call.console.cwd,
        view.uid,
        call.stdin,
    )
    status: int = yield from TOOLS[call.name](inner)
    for line in inner.out:
        call.line(line)
    for line in inner.err:
        call.err(f"{line}\n")
    return status


def disk_free(call: Call) -> Answer:
    """Show how full the disk of this file system is."""
    read_options("df", list(call.words[1:]), ("h", "k"), status=1)
    storage = call.view.root.storage or call.view.platform.storage
    inside = call.view.namespaces.mnt is not call.view.kernel.namespaces.mnt
    free = storage.capacity_kib - storage.used_kib
    share = -(-storage.used_kib * 100 // storage.capacity_kib)
    sizes = (storage.capacity_kib, storage.used_kib, free)
    shown = [decimal(kib) if "-h" in call.words else str(kib) for kib in sizes]
    head = ("Filesystem", "Size", "Used", "Avail", "Use%", "Mounted on")
    row = ("overlay" if inside else "/dev/sda1", *shown, f"{share}%", "/")
    for line in table([head, row], gap=2):
        call.line(line)
    return 0


COMMANDS: Mapping[str, Function] = {
    **dict.fromkeys(TOOLS, tool),
    "df": disk_free,
}
