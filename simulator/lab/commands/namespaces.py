"""Commands on namespaces: list them, enter those of a process, make new ones."""

from simulator.lab.call import Answer, Call, CommandError, options
from simulator.lab.launch import inside
from simulator.lab.view import command_line
from simulator.subsystems.namespaces import KINDS, Wanted, unshared
from simulator.subsystems.users import (
    ALL_CAPABILITIES,
    Credentials,
    IdRange,
    UserNamespace,
)

LETTERS = {
    "C": "cgroup",
    "i": "ipc",
    "m": "mnt",
    "n": "net",
    "p": "pid",
    "T": "time",
    "U": "user",
    "u": "uts",
}
LONG = {**{kind: kind for kind in KINDS}, "mount": "mnt"}


def lsns(call: Call) -> Answer:
    """List the namespaces that visible processes are in."""
    found = options(call.words[1:], "nrl", ("t", "type", "p", "task", "o"))
    view = call.view
    wanted = found.value("t", "type")
    if wanted is not None and wanted not in KINDS:
        raise CommandError(f"unknown namespace type: {wanted}")
    task = found.value("p", "task")
    processes = list(view.processes())
    if task is not None:
        processes = [p for p in processes if str(view.pid(p)) == task]
        if not processes:
            raise CommandError(f"not found process {task}")
    kinds = KINDS if wanted is None else (wanted,)
    inside = [(p.namespaces.numbers()[kind], kind) for p in processes for kind in kinds]
    if not found.has("n"):
        call.line("        NS TYPE   NPROCS   PID USER COMMAND")
    for entry in sorted(set(inside)):
        number, kind = entry
        first = next(p for p in processes if p.namespaces.numbers()[kind] == number)
        call.line(
            f"{number:>10} {kind:<6} {inside.count(entry):>6} {view.pid(first):>5}"
            f" {view.user(first):<4} {command_line(view, first)}"
        )
    return 0


def unshare(call: Call) -> Answer:
    """Run a program, by default a shell, in namespaces that are new."""
    found = options(
        call.words[1:],
        (*LETTERS, *LONG, "f", "fork", "r", "map-root-user", "mount-proc"),
        (),
        stops=True,
    )
    kinds = _kinds(found.flags)
    view = call.view
    process = view.process
    above, credentials = process.namespaces, process.credentials
    owner = None
    maps_root = found.has("r", "map-root-user")
    number = view.kernel.new_numbers(len(KINDS))
    if maps_root or "user" in kinds:
        outside = credentials.uid_inside
        lines = (IdRange(0, outside, 1),) if maps_root else ()
        owner = UserNamespace(number, above.user, credentials.uid, lines)
        credentials = Credentials(credentials.uid, owner, ALL_CAPABILITIES)
    elif kinds and not credentials.may("SYS_ADMIN", above.user):
        raise CommandError("unshare failed: Operation not permitted")
    wanted = Wanted(kinds, process.root, above.uts.hostname, owner)
    namespaces = unshared(above, wanted, number)
    where = inside(process, process, namespaces=namespaces, credentials=credentials)
    return call.runner.carry_out(found.rest or ["sh"], call, where)


def nsenter(call: Call) -> Answer:
    """Run a program, by default a shell, in the namespaces of a process."""
    found = options(
        call.words[1:], (*LETTERS, *LONG, "a", "all", "F"), ("t", "target"), stops=True
    )
    wanted = found.value("t", "target")
    if wanted is None:
        raise CommandError("no target PID specified")
    view = call.view
    target = view.find(int(wanted)) if wanted.isdigit() else None
    if target is None:
        raise CommandError(f"cannot open /proc/{wanted}/ns: No such file or directory")
    kinds = KINDS if found.has("a", "all") else _kinds(found.flags)
    process = view.process
    if not process.credentials.may("SYS_ADMIN", target.namespaces.user):
        raise CommandError("reassociate to namespaces failed: Operation not permitted")
    chosen = {kind: getattr(target.namespaces, kind) for kind in kinds}
    namespaces = process.namespaces._replace(**chosen)
    root = target.root if "mnt" in kinds else process.root
    where = inside(process, process, namespaces=namespaces, root=root)
    return call.runner.carry_out(found.rest or ["sh"], call, where)


def _kinds(flags: set[str]) -> tuple[str, ...]:
    return tuple(
        kind
        for kind in KINDS
        if any(LETTERS.get(flag, LONG.get(flag)) == kind for flag in flags)
    )


COMMANDS = {"lsns": lsns, "nsenter": nsenter, "unshare": unshare}
